begin;
\ir setup.psql
select plan(169);

-- What every function that changes something does for its transaction: it takes the lock of (exchange, account, symbol) and no
-- other one (claim_stale: not of what is active, and not of what is within the grace time), and makes the answer durable.

-- Written without a function, which would hold their locks. LOCK1 was claimed, and nobody may still send its entry.
insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, origin, order_key, filled_quantity, open_quantity, stop_loss_price,
    stop_loss_attempt, close_attempt, close_quantity, orders_in_hand, lease_until
)
values
('binance', 'LOCK1', 'long', 10, 100, 'pending_entry', 'created', 'tl' || repeat('1', 22), 0, 0, null, 0, 0, null,
format('{"tl%se1": {"until": "2000-01-01"}}', repeat('1', 22))::jsonb, now() + interval '1 minute'),
('binance', 'LOCK2', 'long', 10, 100, 'pending_sl', 'created', 'tl' || repeat('2', 22), 10, 10, null, 1, 0, null, null,
now() - interval '10 minutes'),
('binance', 'LOCK3', 'long', 10, 100, 'active', 'created', 'tl' || repeat('3', 22), 10, 10, 95, 1, 0, null, null,
now() - interval '4000 years'),
('binance', 'LOCK4', 'long', 10, 100, 'pending_rollback', 'created', 'tl' || repeat('4', 22), 10, 10, null, 1, 1, 10, null,
now() - interval '3000 years');
insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, closed_at)
values ('binance', 'LOCK5', 'long', 10, 100, 'closed', now());

create table locking (symbol text, call text);
insert into locking values
('LOCK0', 'create_position(''binance'', ''LOCK0'', ''long'', 10, 100)'),
('LOCK3', 'create_position(''binance'', ''lock3'', ''long'', 10, 100)'),
('LOCK0', 'adopt_position('' BINANCE '', ''LOCK0'', ''long'', 10, 100, clock_timestamp())'),
('LOCK1', 'place_entry(id(%1$L), fence(%1$L), ''order'')'),
('LOCK1', 'confirm_entry(id(%1$L), fence(%1$L), 10, 100)'),
('LOCK2', 'activate_position(id(%1$L), fence(%1$L), 95, order_of(%1$L, ''s1''))'),
('LOCK1', 'cancel_position(id(%1$L), fence(%1$L), ''x'')'),
('LOCK1', 'fail_position(id(%1$L), fence(%1$L), ''x'')'),
('LOCK1', 'rollback_position(id(%1$L), fence(%1$L), ''x'')'),
('LOCK4', 'confirm_flat(id(%1$L), fence(%1$L))'),
('LOCK3', 'begin_close(id(%1$L), ''x'')'),
('LOCK2', 'begin_close(id(%1$L), ''x'')'),
('LOCK3', 'confirm_close(id(%1$L), ''x'')'),
('LOCK3', 'confirm_close(id(%1$L), ''x'', array[''x''], realized_pnl => 1)'),
('LOCK2', 'confirm_orders(id(%1$L), orders_of(%1$L, ''s1''), fence => fence(%1$L))'),
('LOCK5', 'confirm_orders(id(%1$L), array[''x''])'),
('LOCK3', 'replace_stop_loss(id(%1$L), 96)'),
('LOCK2', 'replace_stop_loss(id(%1$L), 96)'),
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
-- Who may make a call.
create function caller(call text)
returns text
language sql
immutable
return case when caller.call ~ '^(take_over|release_position)' then 'tradelatch_operator' else 'tradelatch_bot' end;

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

select * from finish();
rollback;
