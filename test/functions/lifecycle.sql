begin;
\ir setup.psql
select plan(658);

-- Every function with every status. The table is written down here from the contract: its sections 2 and 3.

create table legal (move text, from_status text, to_status text);
insert into legal values
('place_entry', 'pending_entry', 'entry_placed'),
('place_entry', 'pending_sl', 'pending_sl'),
('place_entry', 'active', 'active'),
('place_entry', 'pending_close', 'pending_close'),
('place_entry', 'pending_rollback', 'pending_rollback'),
('confirm_entry', 'pending_entry', 'pending_sl'),
('confirm_entry', 'entry_placed', 'pending_sl'),
('confirm_entry', 'pending_sl', 'pending_sl'),
('confirm_entry', 'active', 'pending_sl'),
('confirm_entry', 'pending_close', 'pending_close'),
('confirm_entry', 'pending_rollback', 'pending_rollback'),
('activate_position', 'pending_sl', 'active'),
('cancel_position', 'pending_entry', 'canceled'),
('cancel_position', 'entry_placed', 'canceled'),
('fail_position', 'pending_entry', 'failed'),
('rollback_position', 'pending_entry', 'pending_rollback'),
('rollback_position', 'entry_placed', 'pending_rollback'),
('rollback_position', 'pending_sl', 'pending_rollback'),
('confirm_flat', 'pending_rollback', 'rolled_back'),
('begin_close', 'active', 'pending_close'),
('begin_close', 'pending_sl', 'pending_close'),
('begin_close', 'pending_close', 'pending_close'),
('confirm_close', 'active', 'closed'),
('confirm_close', 'pending_sl', 'closed'),
('confirm_close', 'pending_close', 'closed'),
('update_stop_loss', 'active', 'active'),
('reissue_order', 'pending_sl', 'pending_sl'),
('reissue_order', 'pending_close', 'pending_close'),
('reissue_order', 'pending_rollback', 'pending_rollback'),
('claim_stale', 'pending_entry', 'pending_entry'),
('claim_stale', 'entry_placed', 'entry_placed'),
('claim_stale', 'pending_sl', 'pending_sl'),
('claim_stale', 'pending_close', 'pending_close'),
('claim_stale', 'pending_rollback', 'pending_rollback'),
('take_over', 'pending_entry', 'pending_entry'),
('take_over', 'entry_placed', 'entry_placed'),
('take_over', 'pending_sl', 'pending_sl'),
('take_over', 'active', 'active'),
('take_over', 'pending_close', 'pending_close'),
('take_over', 'pending_rollback', 'pending_rollback'),
('release_position', 'pending_entry', 'closed'),
('release_position', 'entry_placed', 'closed'),
('release_position', 'pending_sl', 'closed'),
('release_position', 'active', 'closed'),
('release_position', 'pending_close', 'closed'),
('release_position', 'pending_rollback', 'closed'),
('resize_position', 'active', 'pending_sl'),
('resize_position', 'pending_sl', 'pending_sl'),
('settle_position', 'closed', 'closed'),
('settle_position', 'rolled_back', 'rolled_back'),
('settle_position', 'canceled', 'canceled'),
('settle_position', 'failed', 'failed');

-- Moves that no single call makes: on evidence.
create table on_evidence (move text, from_status text, to_status text);
insert into on_evidence values
('reconcile', 'pending_sl', 'closed'),
('reconcile', 'active', 'closed'),
('cleanup', 'pending_entry', 'failed'),
('cleanup', 'entry_placed', 'canceled'),
('cleanup', 'pending_sl', 'closed'),
('cleanup', 'active', 'closed'),
('cleanup', 'pending_close', 'closed'),
('cleanup', 'pending_rollback', 'rolled_back');

-- The same function with the same status, to another one: a stop-loss that is gone, a duplicate, an average that comes late.
create table legal_besides (move text, from_status text, to_status text);
insert into legal_besides values
('update_stop_loss', 'active', 'pending_sl'),
('activate_position', 'pending_sl', 'pending_rollback'),
('confirm_entry', 'active', 'active');

create table statuses (status text, is_open boolean);
insert into statuses values
('pending_entry', true), ('entry_placed', true), ('pending_sl', true), ('active', true), ('pending_close', true),
('pending_rollback', true), ('closed', false), ('rolled_back', false), ('canceled', false), ('failed', false);

select set_eq(
    'select s.status, s.is_open from monitoring.position_statuses as s',
    'select s.status, s.is_open from statuses as s',
    'the statuses are those of the contract, and so is the open set'
);
select set_eq(
    'select t.move, t.from_status, t.to_status from monitoring.position_transitions as t',
    'select * from legal union all select * from legal_besides union all select * from on_evidence',
    'the table of transitions is that of the contract'
);

-- A position in each status, with nothing that would make a call a replay: no order id, other reasons, other prices.
-- The one in pending_entry was claimed and is judged, so that fail_position may have it.
do $$
declare
    v_status text;
begin
    foreach v_status in array (select array_agg(s.status) from statuses as s) loop
        call given(upper(v_status), v_status, placed => false);
    end loop;
    call claim('PENDING_ENTRY');
end
$$;
-- Without the id of its order, which place_entry would compare.
insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, origin)
values ('binance', 'UNNAMED', 'long', 10, 100, 'entry_placed', 'created');

create function current_order(symbol text)
returns text
language sql
stable
return order_of(current_order.symbol, case (book_row(current_order.symbol)).status when 'pending_sl' then 's1' else 'c1' end);

-- The status that a call leads to, or its error; it is undone.
create function outcome(call text, symbol text, role text default 'tradelatch_bot')
returns trial
language sql
return try(format(outcome.call, outcome.symbol), role => outcome.role, look => format('select (given.book_row(%L)).status', outcome.symbol));

-- Who may make a call.
create function caller(call text)
returns text
language sql
immutable
return case when caller.call ~ '^(take_over|release_position)' then 'tradelatch_operator' else 'tradelatch_bot' end;

create table calls (move text, call text);
insert into calls values
('place_entry', 'place_entry(id(%1$L), fence(%1$L), ''order'')'),
('confirm_entry', 'confirm_entry(id(%1$L), fence(%1$L), 11, 100)'),
('activate_position', 'activate_position(id(%1$L), fence(%1$L), 96)'),
('cancel_position', 'cancel_position(id(%1$L), fence(%1$L), ''matrix'')'),
('fail_position', 'fail_position(id(%1$L), fence(%1$L), ''matrix'')'),
('rollback_position', 'rollback_position(id(%1$L), fence(%1$L), ''matrix'')'),
('confirm_flat', 'confirm_flat(id(%1$L), fence(%1$L), 101)'),
('begin_close', 'begin_close(id(%1$L), ''matrix'', fence => fence(%1$L))'),
('begin_close', 'begin_close(id(%1$L), ''matrix'', fence => fence(%1$L), attempt => ''00000000-0000-0000-0000-0000000000f1'')'),
('confirm_close', 'confirm_close(id(%1$L), ''matrix'')'),
('confirm_close', 'confirm_close(id(%1$L), ''matrix'', fence => fence(%1$L))'),
('update_stop_loss', 'update_stop_loss(id(%1$L), 96)'),
('update_stop_loss', 'update_stop_loss(id(%1$L), 96, attempt => ''00000000-0000-0000-0000-0000000000f1'')'),
('reissue_order', 'reissue_order(id(%1$L), fence(%1$L), current_order(%1$L), ''x'')'),
('take_over', 'take_over(id(%1$L), ''matrix'')'),
('release_position', 'release_position(id(%1$L), ''matrix'')'),
('resize_position', 'resize_position(id(%1$L), 5, ''matrix'')'),
('settle_position', 'settle_position(id(%1$L), 101)');

create function hinted(hint text)
returns text[]
language sql
immutable
return (select array_agg(m.move[1] order by m.move[1]) from regexp_matches(substring(hinted.hint from 'Legal moves: (.*)'), '[a-z_]+', 'g') as m (move));

create table cells as
select
    c.move,
    replace(c.call, '%1$L', '') as call,
    s.status,
    s.is_open,
    l.to_status,
    (
        select array_agg(distinct h.move order by h.move)
        from (table legal union all table on_evidence) as h
        where h.from_status = s.status
    ) as moves,
    outcome(
        c.call,
        case when c.move = 'place_entry' and s.status = 'entry_placed' then 'UNNAMED' else upper(s.status) end,
        caller(c.call)
    ) as trial
from calls as c
cross join statuses as s
left join legal as l on l.move = c.move and l.from_status = s.status;

select is(
    (c.trial).seen,
    coalesce(c.to_status, 'TL002'),
    format('%s of %s', c.call, c.status)
)
from cells as c;
select is(
    hinted((c.trial).hint),
    c.moves,
    format('%s of %s: the HINT has the legal moves', c.call, c.status)
)
from cells as c
where c.to_status is null;
select is(
    (nullif((c.trial).detail, '')::jsonb ->> 'position_id')::bigint,
    case when c.move = 'place_entry' and c.status = 'entry_placed' then id('UNNAMED') else id(upper(c.status)) end,
    format('%s of %s: the DETAIL has the position', c.call, c.status)
)
from cells as c
where c.to_status is null;

-- The stop-loss is gone, and the average that came late.
select is(
    (outcome('update_stop_loss(id(%L), null)', upper(s.status))).seen,
    case s.status when 'active' then 'pending_sl' else 'TL002' end,
    'the stop-loss is gone: ' || s.status
)
from statuses as s;
-- renew_lease is no move.
select is(
    (outcome('renew_lease(id(%1$L), fence(%1$L))', upper(s.status))).seen,
    case when s.is_open then s.status else 'TL002' end,
    'renew_lease: ' || s.status
)
from statuses as s;
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
select is(
    claims_of(upper(s.status)),
    case when l.move is not null then 'true' else 'false' end,
    'claim_stale: ' || s.status
)
from statuses as s
left join legal as l on l.move = 'claim_stale' and l.from_status = s.status;

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
        'realized_pnl', 'fees', 'stop_loss_price', 'stop_loss_order_id', 'stop_loss_attempt', 'stop_loss_orders', 'close_attempt',
        'close_orders', 'close_quantity', 'orders_withheld', 'fence', 'lease_until', 'drive_attempt', 'entry_judged_after',
        'opened_at', 'activated_at', 'updated_at', 'closed_at', 'move', 'move_details'
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
('activate_position(id(%1$L), fence(%1$L), %2$s, ''stop'')'),
('update_stop_loss(id(%1$L), %2$s, ''stop-2'')'),
('update_stop_loss(id(%1$L), null)'),
('claim_stale(max_positions => 1)'),
('activate_position(id(%1$L), fence(%1$L), %2$s, ''stop-3'')'),
('begin_close(id(%1$L), ''exit'')'),
('reissue_order(id(%1$L), fence(%1$L), order_of(%1$L, ''c1''), ''refused'', remaining => 10)'),
('confirm_close(id(%1$L), ''exit'', 99, 10, fence(%1$L))');
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
    'create_position place_entry confirm_entry confirm_entry reissue_order activate_position update_stop_loss update_stop_loss '
    'claim_stale activate_position begin_close reissue_order confirm_close',
    f.symbol || ': every step is in the log, once'
)
from fixed as f;

-- What every function that changes something does for its transaction: it takes the lock of (exchange, account, symbol) and no
-- other one (claim_stale: not of what is active, and not of what is within the grace time), and makes the answer durable.

insert into monitoring.positions (
    exchange,
    symbol,
    side,
    quantity,
    entry_price,
    status,
    origin,
    filled_quantity,
    open_quantity,
    stop_loss_price,
    stop_loss_attempt,
    close_attempt, close_quantity, entry_judged_after, lease_until
)
values
('binance', 'LOCK1', 'long', 10, 100, 'pending_entry', 'created', 0, 0, null, 0, 0, null, now(), now() + interval '1 minute'),
('binance', 'LOCK2', 'long', 10, 100, 'pending_sl', 'created', 10, 10, null, 1, 0, null, null, now() - interval '10 minutes'),
('binance', 'LOCK3', 'long', 10, 100, 'active', 'created', 10, 10, 95, 1, 0, null, null, now() - interval '4000 years'),
('binance', 'LOCK4', 'long', 10, 100, 'pending_rollback', 'created', 10, 10, null, 1, 1, 10, null, now() - interval '3000 years');
insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, closed_at)
values ('binance', 'LOCK5', 'long', 10, 100, 'closed', now());

create table locking (symbol text, call text);
insert into locking values
('LOCK0', 'create_position(''binance'', ''LOCK0'', ''long'', 10, 100)'),
('LOCK3', 'create_position(''binance'', ''lock3'', ''long'', 10, 100)'),
('LOCK0', 'adopt_position('' BINANCE '', ''LOCK0'', ''long'', 10, 100)'),
('LOCK1', 'place_entry(id(%1$L), fence(%1$L), ''order'')'),
('LOCK1', 'confirm_entry(id(%1$L), fence(%1$L), 10, 100)'),
('LOCK2', 'activate_position(id(%1$L), fence(%1$L), 95)'),
('LOCK1', 'cancel_position(id(%1$L), fence(%1$L), ''x'')'),
('LOCK1', 'fail_position(id(%1$L), fence(%1$L), ''x'')'),
('LOCK1', 'rollback_position(id(%1$L), fence(%1$L), ''x'')'),
('LOCK4', 'confirm_flat(id(%1$L), fence(%1$L))'),
('LOCK3', 'begin_close(id(%1$L), ''x'')'),
('LOCK2', 'begin_close(id(%1$L), ''x'')'),
('LOCK3', 'confirm_close(id(%1$L), ''x'')'),
('LOCK3', 'update_stop_loss(id(%1$L), 96)'),
('LOCK3', 'update_stop_loss(id(%1$L), null)'),
('LOCK2', 'reissue_order(id(%1$L), fence(%1$L), order_of(%1$L, ''s1''), ''x'')'),
('LOCK3', 'renew_lease(id(%1$L), fence(%1$L))'),
('LOCK4', 'claim_stale(grace => ''1 hour'')'),
('LOCK3', 'resize_position(id(%1$L), 5, ''x'')'),
('LOCK2', 'resize_position(id(%1$L), 5, ''x'')'),
('LOCK3', 'take_over(id(%1$L), ''x'')'),
('LOCK4', 'release_position(id(%1$L), ''x'')'),
('LOCK5', 'settle_position(id(%1$L), 101)');

create function locks()
returns setof bigint
language sql
as $$
    select (l.classid::bigint << 32) | l.objid::bigint
    from pg_locks as l
    where l.locktype = 'advisory'
        and l.pid = pg_backend_pid()
        and l.granted
        and l.mode = 'ExclusiveLock'
$$;
create table held_before as
select locks() as lock;
grant select on held_before to public;
select is(
    (try(
        format(l.call, l.symbol),
        look => $$
            select array_agg(x.lock)::text
            from (select given.locks() as lock except select h.lock from given.held_before as h) as x
        $$,
        role => caller(l.call)
    )).seen,
    format('{%s}', monitoring.slot_key('binance', 'default', l.symbol)),
    'takes the lock of its slot: ' || l.call
)
from locking as l;

select is_empty(
    'select locks() except select h.lock from held_before as h',
    'a lock ends with its transaction'
);

create function durability(call text, durability text)
returns text
language plpgsql
as $$
begin
    perform set_config('synchronous_commit', durability.durability, true);
    return (
        try(durability.call, look => 'select current_setting(''synchronous_commit'')', role => caller(durability.call))
    ).seen;
end
$$;
select is(
    durability(format(l.call, l.symbol), v.durability),
    v.expected,
    format('synchronous_commit %s becomes %s: %s', v.durability, v.expected, l.call)
)
from locking as l
cross join (values
    ('off', 'on'), ('local', 'on'), ('remote_write', 'on'), ('on', 'on'), ('remote_apply', 'remote_apply')
) as v (durability, expected);

select explained();
select * from finish();
rollback;
