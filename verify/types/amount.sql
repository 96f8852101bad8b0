-- Verify tradelatch:types/amount on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.amount',
    base => 'numeric',
    takes => '0.1',
    refuses => array['0', '-1', 'NaN', 'Infinity', '1e30']
);

rollback;
