-- What reconcile records, closes and adopts. The checks themselves are in test/helpers/findings_exchange.sql.

begin;
\ir setup.psql
\ir evidence.psql
select plan(59);

select declared_as_move(
    'reconcile',
    'exchange text, snapshot jsonb, observed_at timestamptz, account text = ''default'', complete boolean = false, '
    'covers text[] = null, apply boolean = false, adopt boolean = false, stop_loss_percent numeric = null, max_closes int = 3',
    'SETOF tradelatch.finding'
);

-- Times after the one that the snapshots of a section begin to count from.
create table origin as
select clock_timestamp() as at;
create procedure restart()
language plpgsql
as $$
begin
    call later('1 hour');
    update origin as o set at = clock_timestamp() - interval '30 minutes';
end
$$;
create function at(after interval)
returns timestamptz
language sql
stable
return (select o.at + at.after from origin as o);
-- apply: what is proven gone is closed, and nothing else.

call given('A1USDT', 'active');
call given('A2USDT', 'pending_sl');
call given('A3USDT', 'active');
call given('A4USDT', 'pending_close');
call given('A5USDT', 'pending_sl');
call arrived('A5USDT', 's1');
call given('A6USDT', 'active');
call given('A7USDT', 'pending_entry');
-- No order of A8USDT is in anybody's hand, and none of A9USDT is left.
call given('A8USDT', 'pending_sl');
call arrived('A8USDT', 's1');
call given('A9USDT', 'active');
select is(
    (tradelatch.confirm_orders(id('A9USDT'), orders_of('A9USDT', 's1'))).status, 'pending_sl', 'the stop-loss of A9USDT ended'
);
call restart();
create table shown as
select array['A3USDT long 10', 'A6USDT long 9'] as entries;
select is(
    show(s.entries, at('0'), apply => true, max_closes => 9),
    '{
        "info orphaned_db A1USDT both active: wait for another snapshot",
        "info orphaned_db A2USDT both pending_sl: wait for another snapshot",
        "info orphaned_db A5USDT both pending_sl: wait for another snapshot",
        "info orphaned_db A8USDT both pending_sl: wait for another snapshot",
        "info orphaned_db A9USDT both pending_sl: wait for another snapshot",
        "info quantity_mismatch A6USDT both active: wait for another snapshot"
    }'::text[],
    'the first snapshot closes nothing'
)
from shown as s;
select is(
    (select count(*) from unnest(show(s.entries, at('4.999999 seconds'), apply => true, max_closes => 9)) as x
        where x like 'info%'),
    6::bigint,
    'nor does a second one within the grace time'
)
from shown as s;
select is((tradelatch.take_over(id('A5USDT'), 'x')).outcome, 'claimed', 'somebody drives A5USDT');
call later('6 seconds');
update origin as o set at = o.at - interval '6 seconds';
select is(
    show(s.entries, at('5 seconds'), max_closes => 9),
    '{
        "warning orphaned_db A1USDT both active: cleanup orphaned_db, to pending_cancels",
        "warning orphaned_db A2USDT both pending_sl: recover: an order of it may still be sent",
        "warning orphaned_db A5USDT both pending_sl: it is being driven",
        "warning orphaned_db A8USDT both pending_sl: cleanup orphaned_db, to pending_cancels",
        "warning orphaned_db A9USDT both pending_sl: cleanup orphaned_db, to closed",
        "warning quantity_mismatch A6USDT both active: look at its fills, then resize_position"
    }'::text[],
    'without apply it only reports'
)
from shown as s;
select is((book_row(v.symbol)).status, v.status, v.symbol || ' is open')
from (values ('A1USDT', 'active'), ('A9USDT', 'pending_sl')) as v (symbol, status);
create table before as
select to_jsonb(p) as book_row, p.id, p.symbol
from monitoring.positions as p;
create table applied as
select f as finding
from tradelatch.reconcile(
    'binance',
    '[{"symbol": "A3USDT", "side": "long", "quantity": 10}, {"symbol": "A6USDT", "side": "long", "quantity": 9}]',
    at('6 seconds'), complete => true, apply => true, max_closes => 9
) as f;
select is(
    (select array_agg(line(f.finding) order by line(f.finding)) from applied as f),
    '{
        "warning orphaned_db A1USDT both pending_cancels: closed, to pending_cancels",
        "warning orphaned_db A2USDT both pending_sl: recover: an order of it may still be sent",
        "warning orphaned_db A5USDT both pending_sl: it is being driven",
        "warning orphaned_db A8USDT both pending_cancels: closed, to pending_cancels",
        "warning orphaned_db A9USDT both closed: closed, to closed",
        "warning quantity_mismatch A6USDT both active: look at its fills, then resize_position"
    }'::text[],
    'with apply it closes, and waits for the cancels of the orders that are left'
);
select is(
    event('A1USDT') ~ ('^reconcile active>pending_cancels fence \{.*"reason": "gone from the exchange".*"backup_id": "[-0-9a-f]{36}".*\}$'
    ), true,
    'the log says why, and where the backup is: ' || event('A1USDT')
);
select is(
    (
        select array_agg(replace(x.cancel, (book_row('A1USDT')).order_key, '') order by x.cancel)
        from applied as f
        cross join jsonb_array_elements_text((f.finding).detail -> 'cancel') as x (cancel)
        where (f.finding).symbol = 'A1USDT'
    ),
    '{s1}'::text[],
    'the finding says which orders may be left'
);
select is(
    (select count(distinct (f.finding).detail ->> 'backup_id') from applied as f), 1::bigint, 'one backup for all of them'
);
select is(b.position || '{}', x.book_row, x.symbol || ': the backup is the row as it was')
from before as x
inner join monitoring.position_backups as b on b.position_id = x.id;
select is(
    (select array_agg(x ->> 'event') from jsonb_array_elements(b.events) as x), v.events, v.symbol || ': and its events'
)
from (values
    ('A1USDT', '{create_position,place_entry,confirm_entry,activate_position}'::text[]),
    ('A8USDT', '{create_position,place_entry,confirm_entry,confirm_orders}'),
    ('A9USDT', '{create_position,place_entry,confirm_entry,activate_position,confirm_orders}')
) as v (symbol, events)
inner join monitoring.position_backups as b on b.position_id = id(v.symbol)
where b.made_by = 'reconcile' and b.reason = 'gone from the exchange';
select is(to_jsonb(p), x.book_row, x.symbol || ' (' || p.status || ') is left alone')
from before as x
inner join monitoring.positions as p on p.id = x.id
where x.symbol not in ('A1USDT', 'A8USDT', 'A9USDT');
select is(
    (tradelatch.create_position('binance', v.symbol, 'long', 10, 100)).outcome, v.outcome, v.symbol || ': ' || v.description
)
from (values
    ('A1USDT', 'existing', 'it holds its slot while an order is left'), ('A9USDT', 'created', 'the slot is free')
) as v (symbol, outcome, description);
select is(
    line(r), 'claimed pending_cancels driven, cancel s1', r.symbol || ': recovery cancels it'
)
from tradelatch.claim_stale(max_positions => 2) as r;
select is(
    line(tradelatch.confirm_orders(id('A1USDT'), orders_of('A1USDT', 's1'), fence => fence('A1USDT'))), 'ok closed driven',
    'then the slot is free'
);

-- Leases that live: what is driven is left alone until lease and grace time have passed.
call lapse('A5USDT', '3 seconds');
select is(
    (select array_agg(x) from unnest(show(s.entries, apply => true, max_closes => 9)) as x where x ~ 'A5'),
    '{"warning orphaned_db A5USDT both pending_sl: it is being driven"}',
    'its lease is over, its grace time is not'
)
from shown as s;
call lapse('A5USDT', '6 seconds');
select is(
    (select array_agg(x) from unnest(show(s.entries, apply => true, max_closes => 9)) as x where x ~ 'A5'),
    '{"warning orphaned_db A5USDT both pending_cancels: closed, to pending_cancels"}',
    'both are over'
)
from shown as s;

-- adopt: what is proven there and claimed by nobody, where its average price is known.

call restart();
create table found_there as
select *
from (values
    ('B1USDT', '{"side": "long"}'::jsonb, 'critical orphaned_exchange B1USDT both pending_sl: adopted, to pending_sl'),
    (
        'B2USDT', '{"side": "short", "stop_loss_price": 105, "stop_loss_order_id": "theirs"}',
        'critical orphaned_exchange B2USDT both active: adopted, to active'
    ),
    ('B3USDT', '{"side": "short", "stop_loss_price": 105}', 'critical orphaned_exchange B3USDT both active: adopted, to active'),
    ('B4USDT', '{"side": "long", "stop_loss_price": null}',
        'critical orphaned_exchange B4USDT both pending_sl: adopted, to pending_sl'),
    ('B5USDT', '{"side": "long", "average_price": null}',
        'critical orphaned_exchange B5USDT both: adopt, with its average price'),
    (
        'B6USDT', '{"side": "short", "position_side": "short"}',
        'critical orphaned_exchange B6USDT short pending_sl: adopted, to pending_sl'
    ),
    ('B7USDT', '{"side": "long"}', 'critical orphaned_exchange B7USDT long pending_sl: adopted, to pending_sl'),
    -- mode_mismatch of the position, and no orphan
    ('B8USDT', '{"side": "short", "position_side": "short"}', null)
) as f (symbol, more, line);
call given('B7USDT', 'active', 'short', 'short');
call given('B8USDT', 'active');
call restart();
create function adopting(observed_at timestamptz, adopt boolean default true)
returns setof tradelatch.finding
language sql
as $$
    select f.*
    from tradelatch.reconcile(
        'binance',
        (
            select jsonb_agg('{"quantity": 4, "average_price": 100}'::jsonb || jsonb_build_object('symbol', t.symbol) || t.more)
            from found_there as t
        ),
        adopting.observed_at,
        adopt => adopting.adopt
    ) as f
    where f.check_name = 'orphaned_exchange'
$$;
select is(
    (select array_agg(distinct f.severity || ' ' || f.action) from adopting(at('0')) as f), '{info wait for another snapshot}',
    'the first snapshot adopts nothing'
);
select is(
    (select array_agg(distinct f.severity || ' ' || f.action) from adopting(at('4.999999 seconds')) as f),
    '{info wait for another snapshot}',
    'nor does a second one within the grace time'
);
select is(
    (select count(*) from adopting(at('5 seconds'), false) as f where f.severity = 'critical'), 7::bigint,
    'without adopt it only reports'
);
select is((select count(*) from monitoring.positions as p where p.symbol ~ '^B' and p.origin = 'adopted'), 0::bigint,
    'none is adopted');
create table adopted as
select f as finding
from adopting(at('5.1 seconds')) as f;
select is(
    (select line(a.finding) from adopted as a where (a.finding).symbol = t.symbol), t.line, t.symbol || ' ' || t.more::text
)
from found_there as t;
select results_eq(
    $$
        select
            p.symbol collate "default", p.side, p.position_side collate "default", p.status, p.quantity, p.open_quantity,
            p.entry_price, p.average_price, p.stop_loss_price, p.stop_loss_order_id collate "default", p.is_driven
        from tradelatch.positions as p
        where p.origin = 'adopted' and p.symbol in ('B1USDT', 'B2USDT', 'B6USDT')
        order by p.symbol
    $$,
    $$
        values
            ('B1USDT', 'long', 'both', 'pending_sl', 4::numeric, 4::numeric, 100::numeric, 100::numeric, null::numeric,
                null::text, false),
            ('B2USDT', 'short', 'both', 'active', 4, 4, 100, 100, 105, 'theirs', false),
            ('B6USDT', 'short', 'short', 'pending_sl', 4, 4, 100, 100, null, null, false)
    $$,
    'as it was seen, and driven by nobody'
);
select is(
    e.details - 'seen'::text, v.details::jsonb, v.symbol || ': the log says where it was found'
)
from (values
    (
        'B1USDT',
        '{"by": "reconcile", "reason": "found on the exchange", "side": "long", "attempt": null, "quantity": 4, "signal_id": null,
          "request_id": null, "entry_price": 100, "stop_loss_price": null, "stop_loss_percent": null}'
    )
) as v (symbol, details)
inner join monitoring.position_events as e on e.position_id = id(v.symbol);
select is(
    e.details -> 'seen',
    jsonb_build_object(
        'side', 'long', 'quantity', 4, 'average_price', 100, 'first_seen_at', at('0'), 'last_seen_at', at('5.1 seconds'),
            'is_proven', true
    ),
    'and since when'
)
from monitoring.position_events as e
where e.position_id = id('B1USDT');
select is(
    (
        select array_agg(p.symbol || coalesce(b.position::text, '') || b.events::text order by p.symbol)
        from monitoring.position_backups as b
        inner join monitoring.positions as p on p.id = b.position_id
        where b.backup_id = (
            select ((a.finding).detail ->> 'backup_id')::uuid from adopted as a where (a.finding).symbol = 'B1USDT'
        )
    ),
    '{B1USDT[],B2USDT[],B3USDT[],B4USDT[],B6USDT[],B7USDT[]}'::text[],
    'the backup says that there was nothing'
);
select is_empty(
    $$select f.* from adopting(at('5.2 seconds')) as f where f.symbol not in ('B5USDT', 'B8USDT')$$, 'each is adopted once'
);
select is(
    (select array_agg(r.symbol || ': ' || line(r)) from tradelatch.claim_stale(exchange => 'binance') as r where r.symbol = 'B1USDT'),
    '{"B1USDT: claimed pending_sl driven, cancel *, stop_loss sell 4 reduce-only s1"}'::text[],
    'recovery takes it up at once, and places the stop-loss'
);

select explained();
select * from finish();
rollback;
