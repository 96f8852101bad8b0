-- Verify tradelatch:tables/sightings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.sightings', 'table');

select pg_temp.assert_columns(
    'monitoring.sightings',
    'exchange monitoring.exchange',
    'account monitoring.account',
    'symbol monitoring.symbol',
    'position_side monitoring.position_side',
    'side monitoring.side',
    'quantity monitoring.filled_amount',
    'average_price monitoring.amount',
    'stop_loss_price monitoring.amount',
    'stop_loss_order_id monitoring.order_id',
    'no_stop_loss_since timestamp with time zone',
    'no_stop_loss_until timestamp with time zone',
    'first_seen_at timestamp with time zone',
    'last_seen_at timestamp with time zone'
);

rollback;
