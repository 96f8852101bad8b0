-- Verify tradelatch:types/receipt on pg

begin;

\ir ../assert.psql

select pg_temp.assert_type(
    'tradelatch.receipt',
    usable_by => array['tradelatch_reader'],
    columns => array[
        'outcome text',
        'position_id bigint',
        'status text',
        'fence bigint',
        'lease_until timestamp with time zone',
        'exchange text',
        'account text',
        'symbol text',
        'position_side text',
        'order_kind text',
        'order_side text',
        'order_quantity numeric',
        'order_price numeric',
        'order_reduce_only boolean',
        'order_client_order_id text',
        'order_cancels text[]',
        'answered_at timestamp with time zone'
    ]
);

rollback;
