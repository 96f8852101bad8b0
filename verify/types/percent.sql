-- Verify tradelatch:types/percent on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.percent',
    base => 'numeric',
    takes => '99.9',
    refuses => array['0', '100', 'NaN']
);

rollback;
