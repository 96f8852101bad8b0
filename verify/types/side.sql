-- Verify tradelatch:types/side on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.side',
    base => 'text',
    takes => 'long',
    refuses => array['buy', 'Long', '']
);

rollback;
