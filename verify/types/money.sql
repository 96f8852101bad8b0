-- Verify tradelatch:types/money on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.money',
    base => 'numeric',
    takes => '-5',
    refuses => array['NaN', '-Infinity', '1e30']
);

rollback;
