-- What every lifecycle function returns.

begin;
set local search_path = tap, pg_catalog;
select plan(5);

select type_owner_is('tradelatch', 'receipt', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'tradelatch.receipt'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array[
        'outcome text', 'position_id bigint', 'status text', 'fence bigint', 'lease_until timestamp with time zone',
        'exchange text', 'account text', 'symbol text', 'position_side text',
        'order_kind text', 'order_side text', 'order_quantity numeric', 'order_price numeric', 'order_reduce_only boolean',
        'order_client_order_id text', 'order_cancels text[]', 'answered_at timestamp with time zone'
    ],
    'its fields are those of the contract, in their order'
);
select ok(has_type_privilege('tradelatch_reader', 'tradelatch.receipt', 'usage'), 'readers, and so bots, may use it');
select isnt(obj_description('tradelatch.receipt'::regtype, 'pg_type'), null, 'it says what it is for');
select cmp_ok(count(col_description(a.attrelid, a.attnum)), '>=', 8::bigint, 'and what its fields say')
from pg_attribute as a
where a.attrelid = 'tradelatch.receipt'::regclass;

select * from finish();
rollback;
