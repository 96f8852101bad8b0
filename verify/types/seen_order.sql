-- Verify tradelatch:types/seen_order on pg

begin;

\ir ../assert.psql

select pg_temp.assert_type(
    'monitoring.seen_order',
    usable_by => array[]::text[],
    columns => array[
        'symbol text',
        'client_order_id text',
        'order_id text',
        'position_side text',
        'side text',
        'quantity numeric',
        'trigger numeric',
        'reduce_only boolean'
    ]
);

rollback;
