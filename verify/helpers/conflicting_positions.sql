-- Verify tradelatch:helpers/conflicting_positions on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.conflicting_positions(text, text, text, text)',
    returns => 'TABLE(position_id bigint, position_side text, exchange_order_id text)',
    volatility => 'stable'
);

rollback;
