-- Verify tradelatch:helpers/give_up_hands on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.give_up_hands(jsonb, timestamp with time zone)',
    returns => 'jsonb',
    volatility => 'immutable'
);

rollback;
