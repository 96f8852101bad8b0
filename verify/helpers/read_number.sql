-- Verify tradelatch:helpers/read_number on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.read_number(text, jsonb)',
    returns => 'numeric',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.read_number(''x'', ''"1.50"'')', monitoring.read_number('x', '"1.50"'), 1.5);
select pg_temp.assert_equal('monitoring.read_number(''x'', ''null'')', monitoring.read_number('x', 'null'), null);

rollback;
