-- Verify tradelatch:helpers/read_price on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.read_price(text, text, jsonb)',
    returns => 'numeric',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.read_price(''x'', ''1.50'', ''"1.50"'')',
    monitoring.read_price('x', '1.50', '"1.50"'),
    1.5
);
select pg_temp.assert_equal('monitoring.read_price(''x'', ''0'', ''0'')', monitoring.read_price('x', '0', '0'), null);

rollback;
