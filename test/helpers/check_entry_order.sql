-- Order ids are compared within the slot.

begin;
\ir setup.psql
select plan(12);

select is_internal('monitoring.check_entry_order(monitoring.positions, text)', 'stable');

insert into monitoring.positions (exchange, symbol, side, position_side, quantity, entry_price, status, exchange_order_id, closed_at)
values
    ('binance', 'A', 'long', 'long', 1, 1, 'pending_entry', null, null),
    ('binance', 'A', 'short', 'short', 1, 1, 'entry_placed', '2', null),
    ('binance', 'A', 'long', 'long', 1, 1, 'closed', '3', now()),
    ('binance', 'B', 'long', 'long', 1, 1, 'entry_placed', '4', null),
    ('bybit', 'A', 'long', 'long', 1, 1, 'entry_placed', '5', null);

create function checked(position_side text, exchange_order_id text)
returns text
language sql
return answer(format(
    'monitoring.check_entry_order((select p from monitoring.positions as p where p.exchange = ''binance'' and p.symbol = ''A'' '
    'and p.position_side = %L and p.closed_at is null), %L)',
    checked.position_side, checked.exchange_order_id
));

select is(checked(v.position_side, v.exchange_order_id), v.answer, v.what)
from (values
    ('long', '1', '', 'an id that nobody has'),
    ('long', '2', 'TL005', 'that of the other leg'),
    ('long', '3', '', 'that of a position that is over: exchanges begin anew'),
    ('long', '4', '', 'that of another symbol'),
    ('long', '5', '', 'that of another exchange'),
    ('short', '2', '', 'its own'),
    ('short', '1', 'TL005', 'another than its own')
) as v (position_side, exchange_order_id, answer, what);
select throws_ok(
    $$ select monitoring.check_entry_order(p, '2') from monitoring.positions as p where p.symbol = 'A' and p.status = 'pending_entry' $$,
    'TL005',
    (select format('this order is the entry of position %s', p.id) from monitoring.positions as p where p.exchange_order_id = '2'),
    'the message says whose it is'
);
select throws_ok(
    $$ select monitoring.check_entry_order(p, '1') from monitoring.positions as p where p.exchange_order_id = '2' $$,
    'TL005',
    (select format('the entry of position %s is another order', p.id) from monitoring.positions as p where p.exchange_order_id = '2'),
    'or that it has one'
);

select * from finish();
rollback;
