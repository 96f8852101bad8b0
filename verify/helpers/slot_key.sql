-- Verify tradelatch:helpers/slot_key on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.slot_key(text, text, text)',
    returns => 'bigint',
    volatility => 'immutable'
);

select pg_temp.assert(
    monitoring.slot_key('a', 'b', 'c') <> monitoring.slot_key('a', 'bc', ''),
    'monitoring.slot_key gives (a, b, c) and (a, bc, ) the same key'
);

rollback;
