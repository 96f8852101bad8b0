-- Verify tradelatch:tables/order_sightings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.order_sightings', 'table');

select pg_temp.assert_columns(
    'monitoring.order_sightings',
    'exchange monitoring.exchange',
    'account monitoring.account',
    'symbol monitoring.symbol',
    'name text',
    'position_id bigint',
    'problem text',
    'side text',
    'quantity numeric',
    'trigger numeric',
    'moved_at timestamp with time zone',
    'first_seen_at timestamp with time zone',
    'last_seen_at timestamp with time zone'
);

rollback;
