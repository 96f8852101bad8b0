-- The first event of a position is there as soon as its row is, however it came.

begin;
set local search_path = tap, pg_catalog;
select plan(10);

select trigger_is('monitoring', 'positions', 'positions_births', 'monitoring', 'log_birth');

select lives_ok(
    $$
        insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, request_id, details)
        values ('binance', 'A', 'long', 86, 0.1358, 'entry_placed', 'by hand', '{"note": "x"}');
        insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, closed_at)
        values ('binance', 'B', 'short', 1, 1, 'closed', now()), ('binance', 'B', 'short', 2, 2, 'failed', now());
        select tradelatch.create_position(
            'binance', 'C', 'short', 61.8, 3.2333, request_id => 'signal:5483266', attempt => '11111111-1111-4111-8111-111111111111',
            signal_id => 5483266, stop_loss_percent => 2, details => '{"note": "y", "side": "long"}'
        );
        select tradelatch.adopt_position('binance', 'D', 'long', 43, 0.1358, now(), stop_loss_price => 0.13);
    $$,
    'rows of every origin'
);
select results_eq(
    $$
        select p.symbol::text collate "default", p.quantity::numeric, e.event, e.from_status, e.to_status, e.fence = p.fence, e.at = p.created_at
        from monitoring.positions as p
        left join monitoring.position_events as e on e.position_id = p.id
        order by p.id
    $$,
    $$
        values
            ('A', 86::numeric, 'insert', null::text, 'entry_placed', true, true),
            ('B', 1, 'insert', null, 'closed', true, true),
            ('B', 2, 'insert', null, 'failed', true, true),
            ('C', 61.8, 'create_position', null, 'pending_entry', true, true),
            ('D', 43, 'adopt_position', null, 'active', true, true)
    $$,
    'each has one event, which says where it begins'
);
select is(
    e.details,
    '{
        "note": "y", "side": "short", "quantity": 61.8, "entry_price": 3.2333, "stop_loss_percent": 2, "stop_loss_price": null,
        "request_id": "signal:5483266", "attempt": "11111111-1111-4111-8111-111111111111", "signal_id": 5483266
    }'::jsonb,
    'it says what was asked for, and what the caller added, never instead of it'
)
from monitoring.position_events as e
where e.event = 'create_position';
select ok(e.details @> '{"note": "x", "quantity": 86, "request_id": "by hand"}', 'also of a row that was put in by hand')
from monitoring.position_events as e
where e.event = 'insert' and e.to_status = 'entry_placed';
select ok(e.details @> '{"quantity": 43, "entry_price": 0.1358, "stop_loss_price": 0.13}', 'and of one that was found')
from monitoring.position_events as e
where e.event = 'adopt_position';

-- A row that is not made has no event.

select is((tradelatch.create_position('binance', 'C', 'short', 61.8, 3.2333)).outcome, 'existing', 'an opening that is not the first');
select is(
    (
        select array_agg(e.event order by e.id)
        from monitoring.position_events as e
        inner join monitoring.positions as p on p.id = e.position_id
        where p.symbol = 'C'
    ),
    array['create_position', 'duplicate_prevented'],
    'is no birth'
);
select throws_ok(
    $$
        insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status)
        values ('binance', 'C', 'long', 1, 1, 'active')
    $$,
    '23514',
    null,
    'neither is a row that is refused'
);
select is((select count(*) from monitoring.position_events), 6::bigint, 'six events in all');

select * from finish();
rollback;
