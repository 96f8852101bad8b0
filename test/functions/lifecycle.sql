begin;
\ir setup.psql
select plan(856);

-- Every function with every status: where each call leads is written down here from the contract, its sections 2 and 3. What is
-- not named is TL002. A plus before the status: no move, the call is a replay, or changes the lease alone.

create table calls (place integer generated always as identity, move text, call text, leads jsonb);
insert into calls (move, call, leads) values
('place_entry', 'place_entry(id(%1$L), fence(%1$L), ''order'')', '{
    "pending_entry": "entry_placed", "entry_placed": "TL005", "pending_sl": "pending_sl", "active": "active",
    "pending_close": "pending_close", "pending_rollback": "pending_rollback", "pending_cancels": "pending_cancels",
    "pending_cancels_back": "pending_cancels"
}'),
('confirm_entry', 'confirm_entry(id(%1$L), fence(%1$L), 11, 100)', '{
    "pending_entry": "pending_sl", "entry_placed": "pending_sl", "pending_sl": "pending_sl", "active": "pending_sl",
    "pending_close": "pending_close", "pending_rollback": "pending_rollback", "pending_cancels": "pending_close",
    "pending_cancels_back": "pending_rollback"
}'),
('activate_position', 'activate_position(id(%1$L), fence(%1$L), 96, order_of(%1$L, ''s1''))', '{
    "pending_entry": "TL005", "entry_placed": "TL005", "pending_sl": "active", "active": "active",
    "pending_close": "pending_close", "pending_rollback": "pending_rollback", "pending_cancels": "pending_cancels",
    "pending_cancels_back": "pending_cancels"
}'),
('cancel_position', 'cancel_position(id(%1$L), fence(%1$L), ''matrix'')', '{
    "pending_entry": "canceled", "entry_placed": "canceled"
}'),
('fail_position', 'fail_position(id(%1$L), fence(%1$L), ''matrix'')', '{"pending_entry": "failed"}'),
('rollback_position', 'rollback_position(id(%1$L), fence(%1$L), ''matrix'')', '{
    "pending_entry": "pending_rollback", "entry_placed": "pending_rollback", "pending_sl": "pending_rollback"
}'),
('confirm_flat', 'confirm_flat(id(%1$L), fence(%1$L), exit_price => 101)', '{
    "pending_rollback": "pending_cancels", "pending_cancels_back": "pending_cancels"
}'),
('confirm_flat', 'confirm_flat(id(%1$L), fence(%1$L), orders_of(%1$L, ''s1''), 101)', '{
    "pending_rollback": "rolled_back", "pending_cancels_back": "rolled_back"
}'),
('begin_close', 'begin_close(id(%1$L), ''matrix'', fence => fence(%1$L))', '{
    "active": "pending_close", "pending_sl": "pending_close", "pending_close": "pending_close"
}'),
('begin_close', 'begin_close(id(%1$L), ''matrix'', fence(%1$L), ''00000000-0000-0000-0000-0000000000f1'')', '{
    "active": "pending_close", "pending_sl": "pending_close", "pending_close": "pending_close"
}'),
('begin_close', 'begin_close(id(%1$L), ''matrix'')', '{
    "active": "pending_close", "pending_sl": "+pending_sl", "pending_close": "+pending_close"
}'),
('confirm_close', 'confirm_close(id(%1$L), ''matrix'')', '{
    "active": "pending_cancels", "pending_sl": "pending_cancels", "pending_close": "pending_cancels",
    "pending_cancels": "pending_cancels"
}'),
('confirm_close', 'confirm_close(id(%1$L), ''matrix'', fence => fence(%1$L))', '{
    "active": "pending_cancels", "pending_sl": "pending_cancels", "pending_close": "pending_cancels",
    "pending_cancels": "pending_cancels"
}'),
('confirm_close', 'confirm_close(id(%1$L), ''matrix'', orders_of(%1$L, ''s1''), fence => fence(%1$L))', '{
    "active": "closed", "pending_sl": "closed", "pending_close": "closed", "pending_cancels": "closed"
}'),
('confirm_orders', 'confirm_orders(id(%1$L), orders_placed => array[''tp-1''])', '{
    "pending_entry": "pending_entry", "entry_placed": "entry_placed", "pending_sl": "pending_sl", "active": "active",
    "pending_close": "pending_close", "pending_rollback": "pending_rollback", "pending_cancels": "pending_cancels",
    "pending_cancels_back": "pending_cancels",
    "closed": "+closed",
    "rolled_back": "+rolled_back",
    "canceled": "+canceled",
    "failed": "+failed"
}'),
('confirm_orders', 'confirm_orders(id(%1$L), orders_of(%1$L, ''e1 s1''), fence => fence(%1$L))', '{
    "pending_entry": "+pending_entry",
    "entry_placed": "+entry_placed",
    "pending_sl": "pending_sl",
    "active": "pending_sl",
    "pending_close": "pending_close", "pending_rollback": "pending_rollback", "pending_cancels": "closed",
    "pending_cancels_back": "rolled_back", "closed": "+closed", "rolled_back": "+rolled_back", "canceled": "+canceled",
    "failed": "+failed"
}'),
('replace_stop_loss', 'replace_stop_loss(id(%1$L), 96, fence(%1$L))', '{"active": "pending_sl", "pending_sl": "pending_sl"}'),
('replace_stop_loss', 'replace_stop_loss(id(%1$L), 96)', '{"active": "pending_sl", "pending_sl": "+pending_sl"}'),
('update_stop_loss', 'update_stop_loss(id(%1$L), 96)', '{"active": "active"}'),
('update_stop_loss', 'update_stop_loss(id(%1$L), 96, attempt => ''00000000-0000-0000-0000-0000000000f1'')', '{"active": "active"}'),
('update_stop_loss', 'update_stop_loss(id(%1$L), null)', '{"active": "pending_sl"}'),
('resize_position', 'resize_position(id(%1$L), 5, ''matrix'')', '{"active": "pending_sl", "pending_sl": "pending_sl"}'),
('resize_position', 'resize_position(id(%1$L), 5, ''matrix'', fence => fence(%1$L))', '{
    "active": "pending_sl", "pending_sl": "pending_sl", "pending_close": "pending_close",
    "pending_rollback": "pending_rollback",
    "pending_cancels": "pending_close",
    "pending_cancels_back": "pending_rollback"
}'),
('reissue_order', 'reissue_order(id(%1$L), fence(%1$L), current_order(%1$L), ''x'')', '{
    "pending_sl": "pending_sl", "pending_close": "pending_close", "pending_rollback": "pending_rollback"
}'),
('take_over', 'take_over(id(%1$L), ''matrix'')', '{
    "pending_entry": "pending_entry", "entry_placed": "entry_placed", "pending_sl": "pending_sl", "active": "active",
    "pending_close": "pending_close", "pending_rollback": "pending_rollback", "pending_cancels": "pending_cancels",
    "pending_cancels_back": "pending_cancels"
}'),
('release_position', 'release_position(id(%1$L), ''matrix'')', '{
    "pending_entry": "closed", "entry_placed": "closed", "pending_sl": "closed", "active": "closed", "pending_close": "closed",
    "pending_rollback": "closed", "pending_cancels": "closed", "pending_cancels_back": "closed"
}'),
('settle_position', 'settle_position(id(%1$L), 101)', '{
    "closed": "closed", "rolled_back": "rolled_back", "canceled": "canceled", "failed": "failed"
}'),
('renew_lease', 'renew_lease(id(%1$L), fence(%1$L))', '{
    "pending_entry": "+pending_entry",
    "entry_placed": "+entry_placed",
    "pending_sl": "+pending_sl",
    "active": "+active",
    "pending_close": "+pending_close", "pending_rollback": "+pending_rollback", "pending_cancels": "+pending_cancels",
    "pending_cancels_back": "+pending_cancels"
}');

-- The same functions where something is special: another stop-loss, a duplicate, an average that comes late, a resting entry.
create table besides (move text, call text, symbol text, leads text);
insert into besides values
('place_entry', 'place_entry(id(%1$L), fence(%1$L), ''order'')', 'UNNAMED', 'TL002'),
('confirm_entry', 'confirm_entry(id(%1$L), fence(%1$L), 10, 100)', 'UNPRICED', 'active'),
('confirm_entry', 'confirm_entry(id(%1$L), fence(%1$L), 10, 100)', 'UNPRICED_CANCELS', 'pending_cancels'),
('confirm_entry', 'confirm_entry(id(%1$L), fence(%1$L), 4, 100, orders_ended => orders_of(%1$L, ''e1''))', 'LAST', 'closed'),
('confirm_entry', 'confirm_entry(id(%1$L), fence(%1$L), 4, 100, orders_ended => orders_of(%1$L, ''s1''))', 'LAST_BACK', 'rolled_back'),
('activate_position', 'activate_position(id(%1$L), fence(%1$L), 96, order_of(%1$L, ''s1''))', 'REPLACED', 'pending_sl'),
(
    'activate_position', 'activate_position(id(%1$L), fence(%1$L), 96, order_of(%1$L, ''s1''), orders_ended => orders_of(%1$L, ''s2''))',
    'FALLEN', 'pending_sl'
),
('activate_position', 'activate_position(id(%1$L), fence(%1$L), 96, order_of(%1$L, ''s1''))', 'DUPLICATE', 'pending_rollback'),
('claim_stale', 'claim_stale(max_positions => 1)', 'RESTING', 'active');

-- Moves that no single call makes: on evidence.
create table on_evidence (move text, from_status text, to_status text);
insert into on_evidence values
('reconcile', 'pending_sl', 'closed'),
('reconcile', 'pending_sl', 'pending_cancels'),
('reconcile', 'active', 'closed'),
('reconcile', 'active', 'pending_cancels'),
('reconcile_orders', 'pending_entry', 'pending_entry'),
('reconcile_orders', 'entry_placed', 'entry_placed'),
('reconcile_orders', 'pending_sl', 'pending_sl'),
('reconcile_orders', 'active', 'active'),
('reconcile_orders', 'active', 'pending_sl'),
('reconcile_orders', 'pending_close', 'pending_close'),
('reconcile_orders', 'pending_rollback', 'pending_rollback'),
('reconcile_orders', 'pending_cancels', 'pending_cancels'),
('reconcile_orders', 'pending_cancels', 'closed'),
('reconcile_orders', 'pending_cancels', 'rolled_back'),
('cleanup', 'pending_entry', 'failed'),
('cleanup', 'entry_placed', 'canceled'),
('cleanup', 'pending_sl', 'closed'),
('cleanup', 'active', 'closed'),
('cleanup', 'pending_close', 'closed'),
('cleanup', 'pending_rollback', 'rolled_back'),
('cleanup', 'entry_placed', 'pending_cancels'),
('cleanup', 'pending_sl', 'pending_cancels'),
('cleanup', 'active', 'pending_cancels'),
('cleanup', 'pending_close', 'pending_cancels'),
('cleanup', 'pending_rollback', 'pending_cancels');

create table statuses (status text, is_open boolean);
insert into statuses values
('pending_entry', true), ('entry_placed', true), ('pending_sl', true), ('active', true), ('pending_close', true),
('pending_rollback', true), ('pending_cancels', true), ('closed', false), ('rolled_back', false), ('canceled', false),
('failed', false);
-- Whom the calls are made for: a position in each status, and one in pending_cancels that is to be rolled back.
create table given_ones as
select upper(s.status) as symbol, s.status, s.is_open
from statuses as s
union all
select 'PENDING_CANCELS_BACK', 'pending_cancels', true;

select set_eq(
    'select s.status, s.is_open from monitoring.position_statuses as s',
    'select s.status, s.is_open from statuses as s',
    'the statuses are those of the contract, and so is the open set'
);
create view legal as
select c.move, g.status as from_status, c.leads ->> lower(g.symbol) as to_status
from calls as c
cross join given_ones as g
where c.leads ->> lower(g.symbol) !~ '^(\+|TL)'
union
select 'claim_stale', g.status, g.status
from given_ones as g
where g.is_open
union
select b.move, v.from_status, b.leads
from besides as b
inner join (values
    ('UNPRICED', 'active'), ('UNPRICED_CANCELS', 'pending_cancels'), ('REPLACED', 'pending_sl'), ('DUPLICATE', 'pending_sl'),
    ('RESTING', 'active'), ('LAST', 'pending_cancels'), ('LAST_BACK', 'pending_cancels'), ('FALLEN', 'active')
) as v (symbol, from_status) on v.symbol = b.symbol
union
table on_evidence;
select set_eq(
    'select t.move, t.from_status, t.to_status from monitoring.position_transitions as t',
    'select l.move, l.from_status, l.to_status from legal as l',
    'the table of transitions has what these calls do, and nothing else'
);

-- Nothing that would make a call a replay: no order id, other reasons, other prices.
-- The one in pending_entry was claimed and nobody may still send its entry, so that fail_position may have it.
do $$
declare
    v_given given_ones;
begin
    for v_given in select * from given_ones loop
        call given(
            v_given.symbol, v_given.status, placed => false,
            ends_as => case v_given.symbol when 'PENDING_CANCELS_BACK' then 'rolled_back' else 'closed' end
        );
    end loop;
    call claim('PENDING_ENTRY');
end
$$;

create function current_order(symbol text)
returns text
language sql
stable
return order_of(current_order.symbol, case (book_row(current_order.symbol)).status when 'pending_sl' then 's1' else 'c1' end);

-- Who may make a call.
create function caller(call text)
returns text
language sql
immutable
return case when caller.call ~ '^(take_over|release_position)' then 'tradelatch_operator' else 'tradelatch_bot' end;

-- The status that a call leads to, with a plus where that is no move, or its error; it is undone.
create function outcome(call text, symbol text)
returns trial
language sql
return try(
    format(outcome.call, outcome.symbol),
    role => caller(outcome.call),
    look => format(
        $$
            select case when count(*) = %s then '+' else '' end || (given.book_row(%L)).status
            from monitoring.position_events as e
            where e.position_id = given.id(%2$L)
        $$,
        (select count(*) from monitoring.position_events as e where e.position_id = id(outcome.symbol)),
        outcome.symbol
    )
);

create function hinted(hint text)
returns text[]
language sql
immutable
return (
    select array_agg(m.move[1] order by m.move[1])
    from regexp_matches(substring(hinted.hint from 'Legal moves: (.*)'), '[a-z_]+', 'g') as m (move)
);

create table cells as
select
    replace(c.call, '%1$L', '') as call,
    lower(g.symbol) as given,
    id(g.symbol) as position_id,
    coalesce(c.leads ->> lower(g.symbol), 'TL002') as leads,
    (
        select array_agg(distinct l.move order by l.move)
        from legal as l
        where l.from_status = g.status
            and l.move <> case g.symbol
                when 'PENDING_CANCELS' then 'confirm_flat' when 'PENDING_CANCELS_BACK' then 'confirm_close' else ''
            end
    ) as moves,
    outcome(c.call, g.symbol) as trial
from calls as c
cross join given_ones as g;

select is((c.trial).seen, c.leads, format('%s of %s', c.call, c.given))
from cells as c;
select is(hinted((c.trial).hint), c.moves, format('%s of %s: the HINT has the legal moves', c.call, c.given))
from cells as c
where c.leads = 'TL002';
select is(
    ((c.trial).detail::jsonb ->> 'position_id')::bigint, c.position_id, format('%s of %s: the DETAIL has the position', c.call, c.given)
)
from cells as c
where c.leads = 'TL002';

-- claim_stale refuses nothing: it takes what it may.
create function claims_of(symbol text)
returns text
language plpgsql
as $$
declare
    v_seen text;
begin
    call lapse(claims_of.symbol, '1000 years');
    v_seen := (
        try('claim_stale(max_positions => 1)', look => format('select (event(%L) ~ ''^claim_stale'')::text', claims_of.symbol))
    ).seen;
    call lapse(claims_of.symbol, '-1 minute');
    return v_seen;
end
$$;
select is(claims_of(g.symbol), (g.is_open and g.status <> 'active')::text, 'claim_stale: ' || lower(g.symbol))
from given_ones as g;

-- What never changes, whatever happened to a position.

create table fixed as
select *
from (values
    ('WALK1', 'short', 'both', 'signal:1'), ('WALK2', 'long', 'long', 'signal:2')
) as f (symbol, side, position_side, request_id);
select is(
    (tradelatch.create_position(
        'binance', f.symbol, f.side, 10, 100, position_side => f.position_side, request_id => f.request_id,
        attempt => md5(f.request_id)::uuid, stop_loss_percent => 2, signal_id => 7, details => '{"key": 1}'
    )).outcome,
    'created',
    f.symbol || ' begins'
)
from fixed as f;
create function fixed_part(symbol text)
returns text
language sql
stable
as $$
    select jsonb_pretty(to_jsonb(p) - array[
        'status', 'filled_quantity', 'average_price', 'open_quantity', 'exchange_order_id', 'exit_reason', 'exit_price',
        'realized_pnl', 'fees', 'stop_loss_price', 'stop_loss_order', 'stop_loss_order_id', 'stop_loss_attempt', 'stop_loss_sized',
        'close_attempt', 'close_quantity', 'orders_arrived', 'orders_in_hand', 'own_orders', 'orders_withheld', 'ends_as', 'fence',
        'lease_until', 'drive_attempt', 'taken_over', 'opened_at', 'activated_at', 'updated_at', 'exposure_at', 'orders_at',
        'closed_at', 'move', 'move_details',
        'has_stop_loss', 'pnl', 'pnl_percentage' -- of a table that was taken over
    ])
    from book_row(fixed_part.symbol) as p
$$;
create table at_birth as
select f.symbol, fixed_part(f.symbol) as part
from fixed as f;
create table walk (place integer generated always as identity, call text);
insert into walk (call) values
('place_entry(id(%1$L), fence(%1$L), ''entry'')'),
('confirm_entry(id(%1$L), fence(%1$L), 4)'),
('confirm_entry(id(%1$L), fence(%1$L), 12, 101)'),
('reissue_order(id(%1$L), fence(%1$L), order_of(%1$L, ''s2''), ''refused'', remaining => 11)'),
('activate_position(id(%1$L), fence(%1$L), %2$s, order_of(%1$L, ''s3''), ''stop'')'),
('update_stop_loss(id(%1$L), %2$s, ''stop-2'')'),
('replace_stop_loss(id(%1$L), %2$s)'),
('claim_stale(max_positions => 1)'),
('confirm_orders(id(%1$L), orders_placed => array[''profit''], fence => fence(%1$L))'),
('activate_position(id(%1$L), fence(%1$L), %2$s, order_of(%1$L, ''s4''), ''stop-3'')'),
('update_stop_loss(id(%1$L), null)'),
('activate_position(id(%1$L), fence(%1$L), %2$s, order_of(%1$L, ''s5''), ''stop-4'')'),
('resize_position(id(%1$L), 10.5, ''seen'')'),
('begin_close(id(%1$L), ''exit'', fence => fence(%1$L))'),
('reissue_order(id(%1$L), fence(%1$L), order_of(%1$L, ''c1''), ''refused'', remaining => 10)'),
('confirm_close(id(%1$L), ''exit'', exit_price => 99, realized_pnl => 10, fence => fence(%1$L))'),
('confirm_close(id(%1$L), ''exit'', given.left_now(%1$L), fence => fence(%1$L))');
create function left_now(symbol text)
returns text[]
language sql
volatile
security definer
return monitoring.orders_left(book_row(left_now.symbol));
create function walked(symbol text, side text)
returns setof text
language plpgsql
as $$
declare
    v_walk walk;
    v_trial trial;
    v_fence bigint := fence(walked.symbol);
begin
    for v_walk in select * from walk order by place loop
        if v_walk.call ~ '^claim_stale' then
            call lapse(walked.symbol, '2000 years');
        elsif v_walk.call ~ 'left_now' then
            call hands_end(walked.symbol);
        end if;
        v_trial := try(format(v_walk.call, walked.symbol, case walked.side when 'long' then 98 else 103 end));
        return next ok(
            v_trial.state = '00000' and fence(walked.symbol) >= v_fence and not v_trial.seen ~ 'existing|replayed',
            format('%s: %s: %s', walked.symbol, v_walk.call, v_trial.seen)
        );
        return next is(
            fixed_part(walked.symbol),
            (select b.part from at_birth as b where b.symbol = walked.symbol),
            format('%s: slot, side, ids and what was asked for are as they were', walked.symbol)
        );
        v_fence := fence(walked.symbol);
    end loop;
end
$$;
select walked(f.symbol, f.side)
from fixed as f;
select is(
    ((book_row(f.symbol)).status, (book_row(f.symbol)).filled_quantity::numeric, (book_row(f.symbol)).quantity::numeric),
    ('closed'::text, 12::numeric, 10::numeric),
    f.symbol || ' came to its end'
)
from fixed as f;
select is(
    events(f.symbol),
    'create_position place_entry confirm_entry confirm_entry reissue_order activate_position update_stop_loss replace_stop_loss '
    'claim_stale confirm_orders activate_position update_stop_loss activate_position resize_position begin_close reissue_order '
    'confirm_close confirm_close',
    f.symbol || ': every step is in the log, once'
)
from fixed as f;

-- What is special.

create procedure given_besides()
language plpgsql
as $$
declare
    v_symbol text;
    v_receipt tradelatch.receipt;
begin
    -- without the id of its order, which place_entry would compare
    insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, origin)
    values ('binance', 'UNNAMED', 'long', 10, 100, 'entry_placed', 'created');
    foreach v_symbol in array '{UNPRICED,UNPRICED_CANCELS}'::text[] loop
        v_receipt := tradelatch.create_position('binance', v_symbol, 'long', 10, 100);
        perform tradelatch.confirm_entry(v_receipt.position_id, v_receipt.fence, 10);
        perform tradelatch.activate_position(v_receipt.position_id, v_receipt.fence, 95, order_of(v_symbol, 's1'));
    end loop;
    perform tradelatch.confirm_close(v_receipt.position_id, 'given', fence => v_receipt.fence);
    call given('REPLACED', 'pending_sl');
    perform tradelatch.replace_stop_loss(id('REPLACED'), 96, fence('REPLACED'));
    foreach v_symbol in array '{LAST,LAST_BACK}'::text[] loop
        v_receipt := tradelatch.create_position('binance', v_symbol, 'long', 10, 100);
        perform tradelatch.confirm_entry(v_receipt.position_id, v_receipt.fence, 4);
    end loop;
    perform tradelatch.rollback_position(v_receipt.position_id, v_receipt.fence, 'given');
    perform tradelatch.confirm_flat(v_receipt.position_id, v_receipt.fence);
    perform tradelatch.confirm_close(id('LAST'), 'given', orders_of('LAST', 's1'), fence => fence('LAST'));
    call given('FALLEN', 'active');
    perform tradelatch.replace_stop_loss(id('FALLEN'), 96);
    perform tradelatch.activate_position(id('FALLEN'), fence('FALLEN'), 96, order_of('FALLEN', 's2'));
    call given('RESTING', 'active', filled => 4);
    call lapse('RESTING', '1000 years');
    -- another open row in its slot, as no index would let it in
    call given('DUPLICATE', 'pending_sl');
    drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short;
    insert into monitoring.positions (id, exchange, symbol, side, quantity, entry_price, status, filled_quantity, open_quantity, stop_loss_price)
    values (0, 'binance', 'DUPLICATE', 'long', 10, 100, 'active', 10, 10, 95);
end
$$;
call given_besides();
select is((outcome(b.call, b.symbol)).seen, b.leads, format('%s of %s', replace(b.call, '%1$L', ''), lower(b.symbol)))
from besides as b;

select explained();
select * from finish();
rollback;
