-- What a position is never changes; that each of these changes is refused, whatever the status, stands in guard.sql.

begin;
set local search_path = tap, pg_catalog;
select plan(4);

select trigger_is('monitoring', 'positions', 'positions_fixed', 'monitoring', 'refuse_fixed_change');

select is(
    (
        select array_agg(a.attname::text order by a.attname)
        from pg_trigger as t
        inner join pg_attribute as a on a.attrelid = t.tgrelid and a.attnum = any (t.tgattr)
        where t.tgrelid = 'monitoring.positions'::regclass
            and t.tgname = 'positions_fixed'
    ),
    array[
        'account', 'attempt', 'created_at', 'entry_price', 'exchange', 'id', 'order_key', 'origin', 'position_side', 'quantity',
        'request_id', 'side', 'signal', 'stop_loss_percent', 'symbol'
    ],
    'it looks when one of these is set'
);

insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status)
values ('binance', 'APTUSDT', 'short', 61.8, 3.2333, 'pending_entry');

select lives_ok(
    'update monitoring.positions set quantity = 61.80, symbol = symbol',
    'setting it to what it is changes nothing'
);
select throws_ok(
    'update monitoring.positions set side = ''long''',
    'TL002',
    null,
    'changing it is refused'
);

select *
from finish();
rollback;
