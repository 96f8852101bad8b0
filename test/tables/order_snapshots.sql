-- The latest list of orders of each account.

begin;
set local search_path = tap, pg_catalog;
select plan(10);

select table_owner_is('monitoring', 'order_snapshots', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'monitoring.order_snapshots'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array[
        'exchange monitoring.exchange', 'account monitoring.account', 'observed_at timestamp with time zone',
        'is_complete boolean',
        'is_suspect boolean', 'missing integer', 'max_missing integer'
    ],
    'what it says of each'
);
select col_is_pk('monitoring', 'order_snapshots', array['exchange', 'account'], 'one row for each account');
select is_empty(
    $$
        select a.attname
        from pg_attribute as a
        where a.attrelid = 'monitoring.order_snapshots'::regclass and a.attnum > 0 and not a.attnotnull
    $$,
    'nothing in it is unknown'
);
insert into monitoring.order_snapshots (exchange, account) values ('binance', 'default');
select is(
    s::text, '(binance,default,-infinity,f,f,0,0)', 'an account of which nothing was seen yet: every list is newer'
)
from monitoring.order_snapshots as s;
select throws_ok(
    $$ insert into monitoring.order_snapshots (exchange, account) values ('binance', 'default') $$, '23505', null,
    'a second row is refused'
);
select throws_ok(
    format('insert into monitoring.order_snapshots (exchange, account) values (%L, %L)', v.exchange, v.account),
    '23514',
    null,
    format('and so is %L %L, which no slot can have', v.exchange, v.account)
)
from (values ('Binance', 'default'), ('binance', ''), ('', 'default')) as v (exchange, account);
select is_empty(
    $$
        select *
        from pg_class as c
        cross join aclexplode(c.relacl) as a
        where c.oid = 'monitoring.order_snapshots'::regclass and a.grantee <> c.relowner
    $$,
    'nobody else may do anything with it'
);

select * from finish();
rollback;
