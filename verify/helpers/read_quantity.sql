-- Verify tradelatch:helpers/read_quantity on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.read_quantity(text, jsonb)',
    returns => 'numeric',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.read_quantity(''x'', ''"1.50"'')',
    monitoring.read_quantity('x', '"1.50"'),
    1.5
);
select pg_temp.assert_equal('monitoring.read_quantity(''x'', ''0'')', monitoring.read_quantity('x', '0'), 0);

rollback;
