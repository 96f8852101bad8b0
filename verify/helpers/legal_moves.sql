-- Verify tradelatch:helpers/legal_moves on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.legal_moves()',
    returns => 'jsonb',
    volatility => 'immutable'
);

select pg_temp.assert_equal(
    'monitoring.legal_moves() -> ''active'' -> ''closed'' -> ''confirm_close''',
    monitoring.legal_moves() -> 'active' -> 'closed' -> 'confirm_close',
    'false'
);

rollback;
