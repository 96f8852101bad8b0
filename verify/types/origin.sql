-- Verify tradelatch:types/origin on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.origin',
    base => 'text',
    takes => 'adopted',
    refuses => array['found', '']
);

rollback;
