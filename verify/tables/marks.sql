-- Verify tradelatch:tables/marks on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.marks', 'table', options => array['fillfactor=20']);

select pg_temp.assert_columns(
    'monitoring.marks',
    'exchange monitoring.exchange',
    'account monitoring.account',
    'symbol monitoring.symbol',
    'position_side monitoring.position_side',
    'position_id bigint',
    'price monitoring.amount',
    'unrealized_pnl monitoring.money',
    'marked_at timestamp with time zone'
);

rollback;
