-- Rows that exclude each other: what each of them may have open on the exchange decides what becomes of them.

begin;
\ir ../functions/setup.psql
\ir ../functions/evidence.psql
select plan(61);

call without_indexes();
-- What is said of the duplicates of a symbol; they are numbered in the order they were made.
create function duplicates(symbol text)
returns text[]
language sql
stable
return (
    select array_agg(
        format('%s %s %s: %s%s', n.number, f.severity, f.status, f.action, ', to ' || (f.detail ->> 'to_status'))
        order by n.number
    )
    from tradelatch.diagnose(symbol => duplicates.symbol) as f
    inner join (
        select
            p.id,
            row_number() over (order by p.id) as number
        from monitoring.positions as p
        where p.symbol = duplicates.symbol
    ) as n on n.id = f.position_id
    where f.check_name = 'duplicate'
);

-- A row without exposure of its own ends: nobody sent an order for it, or the order is another row's.
call given('D1USDT', 'active');
call put('D1USDT', 9);
call put('D2USDT', 9);
call given('D2USDT', 'pending_sl');
call given('D3USDT', 'active');
call put('D3USDT', 10, 'entry-D3USDT-long');
call put('D4USDT', 10);
call put('D4USDT', 10);
call given('D5USDT', 'active');
call put('D5USDT', 10);
call put('D5USDT', 10, 'entry-D5USDT-long');
call given('D6USDT', 'pending_close');
call put('D6USDT', 10);
call put('D7USDT', 10);
call given('D7USDT', 'pending_rollback');
-- Where an entry may still arrive, or was filled beside the other one, nobody knows yet.
call given('E1USDT', 'active');
call given('E1USDT', 'pending_entry');
call given('E2USDT', 'active', placed => false);
call given('E2USDT', 'entry_placed');
call given('E3USDT', 'active', placed => false);
call given('E3USDT', 'pending_rollback', filled => 0);
call given('E4USDT', 'active');
call put('E4USDT', 9, 'another');
call given('E5USDT', 'active', placed => false);
call given('E5USDT', 'pending_sl');
call put('E6USDT', 10);
call given('E6USDT', 'pending_entry');
call later('1 hour');
create table made as
select *
from (values
    ('D1USDT', 'a row that nobody sent an order for', '{"2 critical active: cleanup duplicates, to closed"}'::text[]),
    ('D2USDT', 'the first one is without an order', '{"1 critical active: cleanup duplicates, to closed"}'),
    ('D3USDT', 'two rows of one entry order', '{"2 critical active: cleanup duplicates, to closed"}'),
    ('D4USDT', 'two rows without an order: the first one stays', '{"2 critical active: cleanup duplicates, to closed"}'),
    (
        'D5USDT', 'three rows',
        '{"2 critical active: cleanup duplicates, to closed","3 critical active: cleanup duplicates, to closed"}'
    ),
    ('D6USDT', 'the one with an order is being closed', '{"2 critical active: cleanup duplicates, to closed"}'),
    ('D7USDT', 'the one with an order is being rolled back', '{"1 critical active: cleanup duplicates, to closed"}'),
    ('E1USDT', 'an entry may be on its way',
        '{"2 critical pending_entry: recover: an entry order may have reached the exchange"}'),
    ('E2USDT', 'an entry is not filled yet',
        '{"2 critical entry_placed: recover: an entry order may have reached the exchange"}'),
    (
        'E3USDT', 'what is rolled back may be filled yet',
        '{"2 critical pending_rollback: recover: an entry order may have reached the exchange"}'
    ),
    ('E4USDT', 'two orders were filled', '{"2 critical active: look at the exchange: both entry orders were filled"}'),
    ('E5USDT', 'two orders of ours were filled',
        '{"2 critical pending_sl: look at the exchange: both entry orders were filled"}'),
    (
        'E6USDT', 'an entry may be on its way, beside a row without an order',
        '{"2 critical pending_entry: recover: an entry order may have reached the exchange"}'
    )
) as m (symbol, description, lines);
select is(duplicates(m.symbol), m.lines, m.description)
from made as m;
select is(
    f.detail,
    jsonb_build_object(
        'positions', (select jsonb_agg(p.id order by p.id) from monitoring.positions as p where p.symbol = v.symbol),
        'exposures', v.exposures,
        'lease_until', (book_row(v.symbol)).lease_until
    ) || case
        when v.is_decided then jsonb_build_object('duplicate_of', id(v.symbol) - 1, 'to_status', 'closed')
        else '{}'
    end,
    v.symbol || ': which rows, how many orders were filled, which of them stays'
)
from (values ('D1USDT', 1, true), ('D4USDT', 0, true), ('E1USDT', 1, false), ('E5USDT', 2, false)) as v (symbol, exposures,
    is_decided)
cross join lateral found(v.symbol, 'duplicate') as f;
select ok(
    f.age between interval '1 hour' and interval '1 hour 30 seconds', 'its age is that of the row'
)
from found('D1USDT', 'duplicate') as f;
select is(
    (select array_agg(line(f)) from tradelatch.diagnose(symbol => v.symbol) as f where f.check_name <> 'duplicate'),
    v.lines,
    v.symbol || ': the one that stays is judged as if it were alone'
)
from (values
    ('D1USDT', null::text[]),
    ('D2USDT', '{"critical no_stop_loss D2USDT both pending_sl: recover"}'),
    ('D6USDT', '{"critical pending_close D6USDT both pending_close: recover"}')
) as v (symbol, lines);

-- Nobody ends what is driven, or what has an order that may still be sent.
select is((tradelatch.take_over(id('D1USDT'), 'x')).outcome, 'claimed', 'somebody takes one over');
select is(duplicates('D1USDT'), '{"2 critical active: cleanup duplicates, to closed"}', 'an active one has nothing to drive');
select is((tradelatch.begin_close(id('D1USDT'), 'x', fence => fence('D1USDT'))).status, 'pending_close', 'it is to be closed');
select is(duplicates('D1USDT'), '{"2 critical pending_close: it is being driven"}', 'it is being driven');
call lapse('D1USDT', '3 seconds');
select is(duplicates('D1USDT'), '{"2 critical pending_close: it is being driven"}', 'it may be, within the grace time');
call lapse('D1USDT', '6 seconds');
select is(duplicates('D1USDT'), '{"2 critical pending_close: recover"}', 'its closing order may still be sent');
call arrived('D1USDT', 'c1');
select is(duplicates('D1USDT'), '{"2 critical pending_close: cleanup duplicates, to pending_cancels"}', 'it is to be cancelled first');

-- Two orders were filled: a snapshot that equals one of the rows says which of them is left.

call given('F1USDT', 'active');
call put('F1USDT', 9, 'another');
call given('F2USDT', 'active');
call put('F2USDT', 9, 'another');
call given('F3USDT', 'active');
call put('F3USDT', 9, 'another');
call given('F4USDT', 'active');
call put('F4USDT', 10, 'another');
call given('F5USDT', 'active');
call put('F5USDT', 9, 'another');
call given('F6USDT', 'active');
call given('F6USDT', 'pending_entry');
call later('1 hour');
-- Another row of F5USDT ended 10 seconds ago.
call given('F5USDT', 'canceled');
call later('10 seconds');
create table filled as
select *
from (values
    ('F1USDT long 10', 'what it shows is the first', '{"2 critical active: cleanup duplicates, to closed"}'::text[]),
    ('F2USDT long 9', 'what it shows is the second', '{"1 critical active: cleanup duplicates, to pending_cancels"}'),
    ('F3USDT long 19', 'it shows both', '{"2 critical active: look at the exchange: both entry orders were filled"}'),
    ('F4USDT long 10', 'it shows one of two equal ones', '{"2 critical active: cleanup duplicates, to closed"}'),
    ('E4USDT short 9', 'it shows the other side', '{"2 critical active: look at the exchange: both entry orders were filled"}'),
    ('E5USDT long 0', 'it shows none', '{"2 critical pending_sl: look at the exchange: both entry orders were filled"}'),
    ('F6USDT long 10', 'an entry may still arrive',
        '{"2 critical pending_entry: recover: an entry order may have reached the exchange"}'),
    ('F5USDT long 9', 'one of the symbol ended lately',
        '{"2 critical active: look at the exchange: both entry orders were filled"}')
) as f (entry, description, lines);
create table snapshot as
select clock_timestamp() - interval '6 seconds' as began;
select show(array(select f.entry from filled as f), s.began, complete => false)
from snapshot as s;
select show(array(select f.entry from filled as f), s.began + interval '5 seconds' - interval '1 microsecond', complete => false)
from snapshot as s;
select alike(duplicates(split_part(f.entry, ' ', 1))::text, '%look at the exchange: both entry%', 'not seen twice: '
    || f.description)
from filled as f
where f.entry not like 'F6%';
select show(array(select f.entry from filled as f), s.began + interval '5 seconds', complete => false)
from snapshot as s;
select is(duplicates(split_part(f.entry, ' ', 1)), f.lines, f.description)
from filled as f;
select is(
    (found('F2USDT', 'duplicate')).detail ->> 'duplicate_of', id('F2USDT')::text, 'the second one stays'
);
call later('10 seconds');
select show('{"F5USDT long 9"}', clock_timestamp() - interval '5 seconds', complete => false);
select show('{"F5USDT long 9"}', complete => false);
select is(duplicates('F5USDT'), '{"1 critical active: cleanup duplicates, to pending_cancels"}', 'seen twice since the other one ended');

-- Seen before the second row was made it says nothing of the two.
call given('F7USDT', 'active');
call later('1 hour');
select show('{"F7USDT long 10"}', clock_timestamp() - interval '20 seconds', complete => false);
call put('F7USDT', 9, 'another');
call later('10 seconds');
select show('{"F7USDT long 10"}', complete => false);
select is(
    duplicates('F7USDT'), '{"2 critical active: look at the exchange: both entry orders were filled"}',
    'once before the second row, once after it'
);
call later('5 seconds');
select show('{"F7USDT long 10"}', complete => false);
select is(duplicates('F7USDT'), '{"2 critical active: cleanup duplicates, to closed"}', 'twice after it');

-- Orders withheld: another row held the slot when it was to be activated.
call put('W1USDT', 10, 'another');
call given('W1USDT', 'pending_sl');
select is(
    (tradelatch.activate_position(id('W1USDT'), fence('W1USDT'), 95, order_of('W1USDT', 's1'))).outcome, 'duplicate', 'it is not the only one'
);
call later('1 hour');
select is(
    duplicates('W1USDT'), '{"2 critical pending_rollback: look at the exchange: both entry orders were filled"}',
    'while the other one is open'
);
select is(
    (tradelatch.confirm_close(id('W1USDT') - 1, 'x')).status, 'closed', 'the other one ends'
);
select is(
    duplicates('W1USDT'),
    '{"2 critical pending_rollback: look at the exchange whose exposure it is, then take-over"}',
    'after that'
);
select is(
    (found('W1USDT', 'duplicate')).detail, '{"orders_withheld": true}', 'detail says that its orders are withheld'
);
select is((tradelatch.take_over(id('W1USDT'), 'x')).status, 'pending_rollback', 'an operator takes it over');
select is(diagnosed('W1USDT', '2 hours'), null, 'then it is driven like any other');

-- What excludes what.
call put('X1USDT', 10, 'one', 'long');
call put('X1USDT', 10, 'two', 'short', 'short');
call put('X2USDT', 10, 'one', 'long');
call put('X2USDT', 10);
call put('X3USDT', 10, 'one', 'short', 'short');
call put('X3USDT', 10);
call put('X4USDT', 10, 'one', 'long');
call put('X4USDT', 10, 'two', 'long');
call put('X5USDT', 10);
call put('X5USDT', 10, 'one', 'long');
call put('X5USDT', 10, 'two', 'short', 'short');
call given('X6USDT', 'active');
select (tradelatch.adopt_position('bybit', 'X6USDT', 'long', 10, 100, now())).outcome;
select (tradelatch.adopt_position('binance', 'X6USDT', 'long', 10, 100, now(), account => 'second')).outcome;
call later('1 hour');
select is(duplicates(x.symbol), x.lines, x.description)
from (values
    ('X1USDT', 'long and short do not', null::text[]),
    ('X2USDT', 'long and both', '{"2 critical active: cleanup duplicates, to closed"}'),
    ('X3USDT', 'short and both', '{"2 critical active: cleanup duplicates, to closed"}'),
    ('X4USDT', 'long and long', '{"2 critical active: look at the exchange: both entry orders were filled"}'),
    ('X5USDT', 'both, beside long and short', '{"1 critical active: look at the exchange: both entry orders were filled"}'),
    ('X6USDT', 'other accounts and exchanges do not', null)
) as x (symbol, description, lines);

select is_empty(
    $$
        select f.symbol, f.severity
        from tradelatch.diagnose() as f
        where f.check_name = 'duplicate' and f.severity <> 'critical'
            or f.check_name in ('quantity_mismatch', 'side_mismatch', 'orphaned_db')
    $$,
    'they are critical, and nothing else is said of what the exchange shows there'
);
select * from finish();
rollback;
