-- Verify tradelatch:tables/order_snapshots on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.order_snapshots', 'table');

select pg_temp.assert_columns(
    'monitoring.order_snapshots',
    'exchange monitoring.exchange',
    'account monitoring.account',
    'observed_at timestamp with time zone',
    'is_complete boolean',
    'is_suspect boolean',
    'missing integer',
    'max_missing integer'
);

rollback;
