-- Ticks, many in one call.

begin;
\ir setup.psql
select plan(40);

select declared_as_move('record_marks', 'exchange text, marks jsonb, account text = ''default''', 'integer', 'tradelatch_bot, tradelatch_feed');

call given('AUSDT', 'active');
call given('BUSDT', 'active', 'short');
call given('CUSDT', 'active', 'long', 'long');
call given('CUSDT', 'pending_sl', 'short', 'short');
call given('DUSDT', 'closed');

create function marks()
returns text
language sql
volatile
security definer
as $$
    select string_agg(
        concat_ws(' ', p.symbol, p.position_side, trim_scale(p.mark_price), trim_scale(p.unrealized_pnl)), ', '
        order by p.symbol, p.position_side
    )
    from tradelatch.positions as p
    where p.marked_at is not null
$$;

create function refusal(marks text)
returns text
language plpgsql
as $$
begin
    perform tradelatch.record_marks('binance', refusal.marks::jsonb);
    return 'taken';
exception
    when others then
        return sqlstate || ' ' || sqlerrm;
end
$$;

select is(marks(), null, 'nothing is marked yet');
select book() as before
\gset
select is(
    tradelatch.record_marks(
        'BINANCE',
        '[{"symbol": "A/USDT", "price": 101.5, "unrealized_pnl": "-1.25"}, {"symbol": "BUSDT", "price": "99", "unrealized_pnl": null},
          {"symbol": "CUSDT", "position_side": "LONG", "price": 7, "unrealized_pnl": 3}, {"symbol": "DUSDT", "price": 1},
          {"symbol": "NOBODYUSDT", "price": 1}]'
    ),
    3,
    'it says how many positions were marked; what nobody holds is passed over'
);
select is(marks(), 'AUSDT both 101.5 -1.25, BUSDT both 99, CUSDT long 7 3', 'the views show it');
select is(
    (select o.mark_price from tradelatch.open_positions as o where o.symbol = 'AUSDT'), 101.5, 'and so does the list of what is open'
);
select is(book(), :'before', 'neither the book nor its log changed');
select is((select count(*) from monitoring.marks), 3::bigint, 'no row for what was passed over');

select is(tradelatch.record_marks('binance', '[{"symbol": "AUSDT", "price": 102}]'), 1, 'a tick');
select is(marks(), 'AUSDT both 102, BUSDT both 99, CUSDT long 7 3', 'replaces the one before; an older profit is not its');
select is(
    tradelatch.record_marks('binance', '[{"symbol": "CUSDT", "price": 8, "unrealized_pnl": 9}]'), 2,
    'without a position side every open side is marked'
);
select is(
    marks(), 'AUSDT both 102, BUSDT both 99, CUSDT long 8, CUSDT short 8', 'with the price; one profit is not that of two positions'
);
select is(tradelatch.record_marks('bybit', '[{"symbol": "AUSDT", "price": 1}]'), 0, 'another venue is another slot');
select is(tradelatch.record_marks('binance', '[{"symbol": "AUSDT", "price": 1}]', 'second'), 0, 'and so is another account');
select is(tradelatch.record_marks('binance', '[]'), 0, 'nothing may be marked');

select is(refusal(c.marks), c.answer, format('refused: %s', left(c.marks, 60)))
from (values
    (null, '22023 marks must be a JSON array'),
    ('{}', '22023 marks must be a JSON array'),
    ('[1]', '22023 marks[0] must be a JSON object'),
    ('[{"price": 1}]', '22023 marks[0].symbol must be a name of 1 to 64 characters'),
    ('[{"symbol": 7, "price": 1}]', '22023 marks[0].symbol must be a name of 1 to 64 characters, got "7"'),
    ('[{"symbol": "AUSDT", "price": 1}, {"symbol": "BUSDT"}]', '22023 marks[1].price must not be null'),
    ('[{"symbol": "AUSDT", "price": 0}]', '22023 marks[0].price must be above 0 and below 1e30, got "0"'),
    ('[{"symbol": "AUSDT", "price": "NaN"}]', '22023 marks[0].price must be a number, or null, got "NaN"'),
    ('[{"symbol": "AUSDT", "price": 1, "unrealized_pnl": true}]', '22023 marks[0].unrealized_pnl must be a number, or null, got "true"'),
    ('[{"symbol": "AUSDT", "price": 1, "unrealized_pnl": 1e31}]',
        '22023 marks[0].unrealized_pnl must be between -1e30 and 1e30, got "10000000000000000000000000000000"'),
    ('[{"symbol": "AUSDT", "price": 1, "position_side": "up"}]',
        '22023 marks[0].position_side must be both, long or short, got "up"'),
    ('[{"symbol": "AUSDT", "price": 1}, {"symbol": "A/USDT", "price": 2}]', '22023 marks has two entries for one position, got "AUSDT"')
) as c (marks, answer);
select is(marks(), 'AUSDT both 102, BUSDT both 99, CUSDT long 8, CUSDT short 8', 'and nothing of them stays');

-- A later position of the slot begins without a mark.

select lives_ok($$ select tradelatch.confirm_close(id('AUSDT'), 'gone', orders_of('AUSDT', 's1')) $$, 'a position ends');
call given('AUSDT', 'active');
select is(
    (select p.mark_price from tradelatch.positions as p where p.position_id = id('AUSDT')), null, 'the next one has no mark of its own yet'
);
select is(tradelatch.record_marks('binance', '[{"symbol": "AUSDT", "price": 5}]'), 1, 'until it has');
select is((select count(*) from monitoring.marks), 4::bigint, 'in the same row');

select * from finish();
rollback;
