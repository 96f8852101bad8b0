-- The book: what a row has, and what a plain INSERT or UPDATE, by a superuser at that, cannot put into it.

begin;
set local search_path = tap, pg_catalog;
select plan(194);

select table_owner_is('monitoring', 'positions', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'positions', 'id', 'its key is id');
select col_type_is(
    'monitoring', 'positions', 'id',
    case when to_regclass('monitoring.legacy_state') is null then 'bigint' else 'integer' end,
    'which has 64 bits, unless the table was there before'
);
select col_not_null('monitoring', 'positions', c.name, c.name || ' is never unknown')
from unnest(array[
    'exchange', 'account', 'symbol', 'position_side', 'side', 'quantity', 'entry_price', 'origin', 'order_key', 'details', 'status',
    'filled_quantity', 'open_quantity', 'stop_loss_attempt', 'stop_loss_sized', 'close_attempt', 'orders_arrived', 'orders_withheld',
    'fence', 'lease_until', 'taken_over', 'created_at', 'updated_at', 'exposure_at', 'orders_at'
]) as c (name);
select is_empty(
    $$
        select a.attname
        from pg_attribute as a
        where a.attrelid = 'monitoring.positions'::regclass
            and a.attname in ('quantity', 'filled_quantity', 'open_quantity', 'close_quantity', 'entry_price', 'average_price',
                'exit_price', 'stop_loss_price', 'stop_loss_percent', 'realized_pnl', 'fees')
            and format_type(
                coalesce(nullif((select t.typbasetype from pg_type as t where t.oid = a.atttypid), 0), a.atttypid), a.atttypmod
            ) <> 'numeric'
    $$,
    'money and quantities are numeric, with as many digits as there are'
);
select is_empty(
    $$
        select a.attname, a.atttypid::regtype
        from pg_attribute as a
        where a.attrelid = 'monitoring.positions'::regclass
            and (a.attname ~ '_at$' or a.attname = 'lease_until')
            and a.atttypid <> 'timestamptz'::regtype
    $$,
    'times have their zone'
);

-- A good row, with one column of it changed.

create function pg_temp.row_with(changes text[] default '{}')
returns text
language sql
stable
as $$
    select format(
        'insert into monitoring.positions (%s) values (%s)',
        string_agg(format('%I', coalesce(c.name, g.name)), ', '),
        string_agg(coalesce(c.value, quote_literal(g.value)), ', ')
    )
    from (values
        ('exchange', 'binance'), ('symbol', 'APTUSDT'), ('side', 'long'), ('quantity', '61.8'), ('entry_price', '3.2333'),
        ('status', 'pending_entry')
    ) as g (name, value)
    full join (
        select row_with.changes[i] as name, row_with.changes[i + 1] as value
        from generate_series(1, cardinality(row_with.changes), 2) as i
    ) as c on c.name = g.name
$$;

select lives_ok(pg_temp.row_with(), 'the good row is taken');
select results_eq(
    $$
        select
            account::text collate "default", position_side::text collate "default", origin::text, filled_quantity::numeric, open_quantity::numeric, orders_arrived collate "default", orders_in_hand,
            own_orders collate "default", ends_as, stop_loss_order collate "default", orders_withheld, details,
            order_key ~ '^tl[0-9a-f]{22}$', created_at between now() and clock_timestamp(),
            exposure_at between now() and clock_timestamp(), orders_at between now() and clock_timestamp(), closed_at, move
        from monitoring.positions
        where symbol = 'APTUSDT'
    $$,
    $$
        values (
            'default', 'both', 'inserted', 0::numeric, 0::numeric, array[]::text[], null::jsonb,
            null::text[], null::text, null::text, false, '{}'::jsonb,
            true, true, true, true, null::timestamptz, null::text
        )
    $$,
    'and the rest of it has good values'
);
select lives_ok(
    pg_temp.row_with(array['symbol', format('%L', 'KEY' || k), 'exchange', '''keys''']),
    'row ' || k
)
from generate_series(1, 3) as k;
select is(
    (select count(distinct (order_key, fence)) from monitoring.positions where exchange = 'keys'),
    3::bigint,
    'each row has an order key and a fence of its own'
);

-- Every bad value, one at a time. `text` stands for what no name, id or reason may be.

select throws_ok(
    pg_temp.row_with(array[b.name, v.value]),
    case when v.value = 'null' then '23502' else '23514' end,
    null,
    format('%s refuses %s', b.name, left(v.value, 40))
)
from (values
    ('exchange', array['null', '''Binance''', ''' binance''', 'repeat(''x'', 51)', 'text']),
    ('account', array['null', ''' main''', 'repeat(''x'', 65)', 'text']),
    ('symbol', array['null', '''aptusdt''', '''APT/USDT''', '''APT USDT''', 'repeat(''X'', 65)', 'text']),
    ('position_side', array['null', '''''', '''net''', '''Both''', '''short''']),
    ('side', array['null', '''''', '''buy''', '''both''', '''Long''']),
    ('origin', array['null', '''''', '''found''']),
    ('status', array['null', '''''', '''open''', '''Active''', '''active''']),
    ('status', array['''closed''', '''rolled_back''', '''canceled''', '''failed''']),
    ('closed_at', array['now()']),
    ('quantity', array['null', '0', 'amount']),
    ('entry_price', array['null', '0', 'amount']),
    ('filled_quantity', array['null', 'amount']),
    ('open_quantity', array['null', 'amount']),
    ('stop_loss_percent', array['0', '-1', '100', '''NaN''', '''Infinity''']),
    ('average_price', array['0', 'amount']),
    ('exit_price', array['0', 'amount']),
    ('stop_loss_price', array['0', 'amount']),
    ('close_quantity', array['0', 'amount']),
    ('realized_pnl', array['money']),
    ('fees', array['money']),
    ('request_id', array['repeat(''x'', 201)', 'text']),
    ('exchange_order_id', array['repeat(''x'', 101)', 'text']),
    ('stop_loss_order_id', array['repeat(''x'', 101)', 'text']),
    ('exit_reason', array['repeat(''x'', 1001)', 'text']),
    ('order_key', array['null']),
    ('details', array['null']),
    ('fence', array['null']),
    ('lease_until', array['null']),
    ('orders_arrived', array['null']),
    ('exposure_at', array['null']),
    ('orders_at', array['null'])
) as b (name, bad)
cross join unnest(b.bad) as k (kind)
cross join unnest(case k.kind
    when 'text' then array['''''', 'E''1\t2''', 'E''1\n2''', 'E''1\x1b2''']
    when 'amount' then array['-0.1', '''NaN''', '''Infinity''', '''-Infinity''', '1e30']
    when 'money' then array['''NaN''', '''Infinity''', '''-Infinity''', '1e30', '-1e30']
    else array[k.kind]
end) as v (value);

-- What concerns several columns.

select throws_ok(pg_temp.row_with(b.changes), '23514', null, b.what)
from (values
    (array['position_side', '''short'''], 'long in the slot of short'),
    (array['side', '''short''', 'position_side', '''long'''], 'short in the slot of long'),
    (array['status', '''active'''], 'active without a stop-loss'),
    (array['status', '''closed'''], 'closed, but not when'),
    (array['status', '''active''', 'stop_loss_price', '3', 'closed_at', 'now()'], 'active, and over')
) as b (changes, what);
select lives_ok(pg_temp.row_with(g.changes), g.what)
from (values
    (array['symbol', '''G1''', 'side', '''short''', 'position_side', '''short'''], 'short in hedge mode'),
    (array['symbol', '''G2''', 'side', '''short''', 'position_side', '''both'''], 'short in one-way mode'),
    (array['symbol', '''G3''', 'status', '''active''', 'stop_loss_price', '3'], 'active with a stop-loss'),
    (array['symbol', '''G4''', 'status', '''closed''', 'closed_at', 'now()'], 'closed')
) as g (changes, what);

-- An UPDATE meets the same.

select throws_ok(
    format('update monitoring.positions set %s where symbol = ''APTUSDT''', u.change),
    '23514',
    null,
    'an UPDATE cannot set ' || u.change
)
from unnest(array[
    'realized_pnl = ''NaN''', 'fees = ''Infinity''', 'exit_price = 0', 'exit_price = -1', 'exit_price = ''NaN''', 'average_price = ''NaN''',
    'stop_loss_price = 0', 'exit_reason = E''a\nb''', 'closed_at = now()', 'filled_quantity = ''NaN'''
]) as u (change);

select * from finish();
rollback;
