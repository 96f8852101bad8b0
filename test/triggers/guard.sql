-- The rule of every change, held against plain UPDATEs: whoever may write to the table, a superuser at that, is bound to it.

begin;
set local search_path = tap, pg_catalog;
set local client_min_messages = warning;
select plan(162);

select trigger_is('monitoring', 'positions', 'positions_guard', 'monitoring', 'guard_position');
select is(
    (
        select array_agg(t.tgenabled::text)
        from pg_trigger as t
        where t.tgrelid = 'monitoring.positions'::regclass
            and not t.tgisinternal
            and t.tgname !~ '^positions_(priced|old_columns)' -- which a table has that was taken over
    ),
    array['O', 'O', 'O', 'O'],
    'the four triggers of the book are in force'
);

-- A row in that status, put in by hand.

create function pg_temp.put(status text, orders_arrived text[] default '{}')
returns bigint
language sql
as $$
    insert into monitoring.positions (
        exchange, symbol, side, quantity, entry_price, status, stop_loss_price, stop_loss_attempt, close_attempt, filled_quantity,
        open_quantity, exchange_order_id, lease_until, closed_at, request_id, attempt, signal, stop_loss_percent, close_quantity,
        ends_as, orders_arrived
    )
    select
        'binance', 'T' || nextval('monitoring.position_fence'), 'long', 10, 100, s.status, 95, 2, 2, 5, 5, 'entry-1', now(),
        case when not s.is_open then now() end, gen_random_uuid(), gen_random_uuid(), 7, 2, 5,
        case s.status when 'pending_cancels' then 'closed' end, put.orders_arrived
    from monitoring.position_statuses as s
    where s.status = put.status
    returning id
$$;

-- What a plain UPDATE of a row ends in, made by the superuser (none) or by the owner.

create function pg_temp.outcome(role text, id bigint, changes text)
returns text
language plpgsql
as $$
begin
    perform set_config('role', outcome.role, true);
    execute format('update monitoring.positions set %s where id = %s', outcome.changes, outcome.id);
    perform set_config('role', 'none', true);
    return 'done';
exception
    when others then
        return sqlstate;
end
$$;

create function pg_temp.logged(id bigint)
returns bigint
language sql
volatile
return (select count(*) from monitoring.position_events as e where e.position_id = logged.id and e.event <> 'insert');

-- From every status to every other one.

create temporary table trial as
select
    t.*,
    pg_temp.outcome(t.role, t.id, format('status = %L, ends_as = ''closed''', t.to_status)) as outcome
from (
    select
        r.role,
        f.status as from_status,
        t.status as to_status,
        pg_temp.put(f.status) as id,
        exists (
            select
            from monitoring.position_transitions as x
            where x.from_status = f.status and x.to_status = t.status
        )
        -- a status that calls for an order holds the slot until the order ended
        and (t.is_open or f.status not in ('pending_entry', 'pending_sl', 'pending_close', 'pending_rollback')) as is_legal
    from (values ('none'), ('tradelatch_owner')) as r (role)
    cross join monitoring.position_statuses as f
    cross join monitoring.position_statuses as t
    where f.status <> t.status
) as t;

select is((select count(*) from trial), 220::bigint, 'a hundred and ten changes of a status, by two who may write');
select is(
    (select array[count(*) filter (where is_legal), count(*) filter (where not is_legal)] from trial where role = 'none'),
    array[22, 88]::bigint[],
    'twenty-two of them are legal'
);
select is_empty(
    $$ select * from trial where not is_legal and outcome <> 'TL002' $$,
    'what is not in the table of transitions is TL002, and what would end a position whose order is left'
);
select is_empty($$ select * from trial where is_legal and outcome <> 'done' $$, 'what is in it may be done');
select is_empty(
    $$
        select t.*, p.status, p.closed_at
        from trial as t
        inner join monitoring.positions as p on p.id = t.id
        inner join monitoring.position_statuses as s on s.status = p.status
        where p.status <> case when t.is_legal then t.to_status else t.from_status end
            or (p.closed_at is null) <> s.is_open
    $$,
    'closed_at is set as soon as the status is terminal, and not before'
);
select is_empty(
    $$
        select t.*, e.*
        from trial as t
        left join monitoring.position_events as e on e.position_id = t.id and e.event <> 'insert'
        where t.is_legal
            and (
                e.event, e.from_status, e.to_status, e.details -> 'status', e.user_name
            ) is distinct from (
                'plain_update', t.from_status, t.to_status, jsonb_build_array(t.from_status, t.to_status), session_user::text
            )
    $$,
    'it is logged once, as plain_update, with the old and the new value'
);
select is(
    (select sum(pg_temp.logged(t.id)) from trial as t where not t.is_legal),
    0::numeric,
    'what was refused is not logged'
);

-- What the error says.

select throws_ok(
    format('update monitoring.positions set status = ''active'' where id = %s', pg_temp.put('pending_entry')),
    'TL002'
);
create function pg_temp.diagnosis(id bigint, changes text)
returns table (detail jsonb, hint text)
language plpgsql
as $$
begin
    execute format('update monitoring.positions set %s where id = %s', diagnosis.changes, diagnosis.id);
exception
    when sqlstate 'TL002' then
        get stacked diagnostics detail = pg_exception_detail, hint = pg_exception_hint;
        return next;
end
$$;
select ok(
    d.detail @> '{"status": "pending_rollback"}' and d.detail ? 'position_id',
    'DETAIL is JSON: which position, and where it stands'
)
from pg_temp.diagnosis(pg_temp.put('pending_rollback'), 'status = ''active''') as d;
select is(
    d.hint,
    'Legal moves: activate_position, claim_stale, cleanup, confirm_entry, confirm_flat, confirm_orders, place_entry, reconcile_orders, '
    'reissue_order, release_position, resize_position, take_over.',
    'HINT lists the legal moves'
)
from pg_temp.diagnosis(pg_temp.put('pending_rollback'), 'status = ''active''') as d;
select is(d.hint, 'Legal moves: settle_position.', 'and for what is over there is one')
from pg_temp.diagnosis(pg_temp.put('closed'), 'status = ''active''') as d;
select ok(d.detail -> 'changes' @> '{"side": ["long", "short"]}', 'DETAIL names what would have changed')
from pg_temp.diagnosis(pg_temp.put('active'), 'side = ''short''') as d;

-- What never changes, open or over.

select is(
    pg_temp.outcome(s.role, pg_temp.put(s.status), c.changes),
    'TL002',
    format('never changes, here of %s: %s', s.status, c.changes)
)
from (values ('none', 'pending_entry'), ('tradelatch_owner', 'closed')) as s (role, status)
cross join unnest(array[
    'id = 1000000000',
    'exchange = ''bybit''',
    'account = ''second''',
    'symbol = ''OTHER''',
    'position_side = ''long''',
    'side = ''short''',
    'quantity = 11',
    'quantity = 9.99',
    'entry_price = 101',
    'stop_loss_percent = 3',
    'stop_loss_percent = null',
    'origin = ''created''',
    'request_id = ''another''',
    'request_id = null',
    'attempt = gen_random_uuid()',
    'attempt = null',
    'signal = 8',
    'order_key = ''tl0123456789abcdef012345''',
    'exchange_order_id = ''entry-2''',
    'exchange_order_id = null',
    'created_at = now() - interval ''1 day'''
]) as c (changes);

-- What never falls.

select is(pg_temp.outcome('none', pg_temp.put('pending_sl'), c.changes), 'TL002', 'never falls: ' || c.changes)
from unnest(array[
    'fence = fence - 1',
    'fence = 0',
    'lease_until = lease_until - interval ''1 microsecond''',
    'lease_until = ''-infinity''',
    'filled_quantity = 4.999999',
    'filled_quantity = 0',
    'stop_loss_attempt = 1',
    'close_attempt = 1'
]) as c (changes);
select is(pg_temp.outcome('none', pg_temp.put('pending_sl'), c.changes), 'done', 'may change: ' || c.changes)
from unnest(array[
    'fence = fence + 1',
    'fence = fence + 1, lease_until = lease_until - interval ''1 hour''',
    'lease_until = lease_until + interval ''1 hour''',
    'filled_quantity = 5.000001',
    'stop_loss_attempt = 3',
    'close_attempt = 3',
    'stop_loss_price = 96',
    'average_price = 100.1',
    'open_quantity = 4'
]) as c (changes);

-- A status without an order that it calls for.

create function pg_temp.put_bare(status text)
returns bigint
language sql
as $$
    insert into monitoring.positions (
        exchange, symbol, side, quantity, entry_price, status, stop_loss_price, filled_quantity, open_quantity
    )
    values (
        'binance', 'T' || nextval('monitoring.position_fence'), 'long', 10, 100, put_bare.status,
        case put_bare.status when 'active' then 95 end, 5, 5
    )
    returning id
$$;
select is(pg_temp.outcome('none', pg_temp.put_bare(v.status), v.changes), v.outcome, format('%s of %s: %s', v.changes, v.status, v.outcome))
from (values
    ('entry_placed', 'status = ''pending_sl''', 'TL002'),
    ('entry_placed', 'status = ''pending_sl'', stop_loss_attempt = 1, open_quantity = 0', 'TL002'),
    ('entry_placed', 'status = ''pending_sl'', stop_loss_attempt = 1', 'done'),
    ('active', 'status = ''pending_sl''', 'TL002'),
    ('active', 'status = ''pending_close''', 'TL002'),
    ('active', 'status = ''pending_close'', close_attempt = 1', 'TL002'),
    ('active', 'status = ''pending_close'', close_quantity = 5', 'TL002'),
    ('active', 'status = ''pending_close'', close_quantity = 5, close_attempt = 1', 'done'),
    ('entry_placed', 'status = ''pending_rollback''', 'TL002'),
    ('entry_placed', 'status = ''pending_rollback'', close_quantity = 5, close_attempt = 1', 'done'),
    ('active', 'status = ''pending_cancels''', 'TL002'),
    ('active', 'status = ''pending_cancels'', ends_as = ''closed''', 'done'),
    ('pending_sl', 'fence = fence + 1', 'done')
) as v (status, changes, outcome);

-- A position ends when no order of it is left.

select is(pg_temp.outcome('none', pg_temp.put(v.status, v.arrived), v.changes), v.outcome, v.what)
from (values
    ('active', '{}'::text[], 'status = ''closed''', 'done', 'no order is left'),
    ('active', array['x'], 'status = ''closed''', 'TL002', 'one arrived'),
    ('active', array['*'], 'status = ''closed''', 'TL002', 'closing orders that nobody can name'),
    ('active', array['x'], 'status = ''closed'', orders_arrived = ''{}''', 'TL002', 'one arrived, and the same UPDATE says that it ended'),
    ('active', array['x'], 'orders_arrived = ''{}''', 'done', 'which takes an UPDATE of its own'),
    ('entry_placed', array['id:entry-1'], 'status = ''canceled''', 'TL002', 'its entry is left'),
    ('entry_placed', '{}', 'status = ''canceled''', 'done', 'its entry ended'),
    ('pending_cancels', array['x'], 'status = ''closed''', 'TL002', 'what it waits for'),
    ('pending_cancels', '{}', 'status = ''closed''', 'done', 'what it waited for ended'),
    ('pending_sl', '{}', 'status = ''closed''', 'TL002', 'its stop-loss is in hand'),
    ('closed', array['x'], 'fees = 1', 'done', 'one that was released keeps what was left')
) as v (status, arrived, changes, outcome, what);
select ok(
    d.detail @> '{"status": "active", "orders_left": ["x"]}', 'DETAIL names what is left'
)
from pg_temp.diagnosis(pg_temp.put('active', array['x']), 'status = ''closed''') as d;

-- When what is open on the exchange last moved, and when its orders did.

create function pg_temp.moved(status text, changes text)
returns text
language plpgsql
as $$
declare
    v_id bigint := pg_temp.put(moved.status, array['x', 'y']);
    v_before monitoring.positions := (select p from monitoring.positions as p where p.id = v_id);
    v_after monitoring.positions;
begin
    execute format('update monitoring.positions set %s where id = %s', moved.changes, v_id);
    v_after := (select p from monitoring.positions as p where p.id = v_id);
    return concat_ws(
        ' ',
        case
            when v_after.exposure_at = v_before.exposure_at then null
            when v_after.exposure_at = v_after.updated_at then 'exposure'
            else '?'
        end,
        case
            when v_after.orders_at = v_before.orders_at then null
            when v_after.orders_at = v_after.updated_at then 'orders'
            else '?'
        end
    );
end
$$;
select is(pg_temp.moved(v.status, v.changes), v.moves, format('%s of %s moves: %s', v.changes, v.status, v.moves))
from (values
    ('active', 'filled_quantity = 6', 'exposure'),
    ('active', 'open_quantity = 4', 'exposure'),
    ('active', 'average_price = 101', ''),
    ('active', 'stop_loss_price = 96', 'orders'),
    ('active', 'realized_pnl = 1', ''),
    ('active', 'exposure_at = ''infinity'', orders_at = ''infinity''', ''),
    ('active', 'details = ''{"x": 1}'', exposure_at = ''infinity'', orders_at = ''infinity''', ''),
    ('pending_sl', 'lease_until = now() + interval ''1 hour''', ''),
    ('active', 'status = ''pending_sl'', stop_loss_attempt = 3', 'orders'),
    ('pending_sl', 'status = ''active''', ''),
    ('pending_sl', 'stop_loss_attempt = 3', 'orders'),
    ('active', 'status = ''pending_close'', close_attempt = 3', 'exposure orders'),
    ('pending_close', 'close_attempt = 3', 'exposure orders'),
    ('entry_placed', 'status = ''pending_sl''', 'exposure'),
    ('active', 'status = ''pending_cancels'', ends_as = ''closed''', 'exposure'),
    ('active', 'orders_arrived = array[''x'']', 'orders'),
    ('active', 'orders_in_hand = ''{"z": {"driver": true}}''', 'orders'),
    ('pending_sl', 'fence = fence + 1', 'orders')
) as v (status, changes, moves);

-- Prices and profits that come late leave no event, on a position that is over, too; nothing else goes unseen.

create temporary table late as
select s.status, pg_temp.put(s.status) as id
from (values ('active'), ('closed')) as s (status);
select is(pg_temp.outcome('tradelatch_owner', l.id, 'realized_pnl = -17.5, fees = 0.1, exit_price = 99'), 'done', 'prices of ' || l.status)
from late as l;
select is(
    (
        select array_agg((p.realized_pnl, p.fees, p.exit_price)::text)
        from monitoring.positions as p
        where p.id in (select l.id from late as l)
    ),
    array['(-17.5,0.1,99)', '(-17.5,0.1,99)'],
    'they are there'
);
select is((select sum(pg_temp.logged(l.id)) from late as l), 0::numeric, 'and no event');
select is_empty(
    $$
        with changed as materialized (
            select c.changes, pg_temp.put('pending_sl') as id
            from unnest(array[
                'fence = fence + 1', 'filled_quantity = 6', 'average_price = 101', 'open_quantity = 6', 'stop_loss_price = 96',
                'stop_loss_order_id = ''x''', 'stop_loss_order = ''x''', 'stop_loss_attempt = 3', 'stop_loss_sized = 1', 'close_attempt = 3',
                'close_quantity = 3', 'orders_arrived = array[''x'']', 'orders_in_hand = ''{"x": {"driver": true}}''',
                'own_orders = array[''x'']', 'orders_withheld = true', 'ends_as = ''rolled_back''', 'taken_over = true', 'details = ''{"x": 1}'''
            ]) as c (changes)
        ),

        done as materialized (
            select changes, id, pg_temp.outcome('none', id, changes) as outcome
            from changed
        )

        select *
        from done
        where outcome <> 'done' or pg_temp.logged(id) <> 1
    $$,
    'whatever else says where it stands is logged'
);

-- A restore gives back any status, where this transaction is the one that restores the position; nobody else may say so.

create temporary table restored as
select s.status, pg_temp.put(s.status) as id
from monitoring.position_statuses as s;
create function pg_temp.restored_in(transaction xid8)
returns void
language sql
begin atomic
    insert into monitoring.position_backups (backup_id, position_id, made_by, reason, events, restored_in)
    select gen_random_uuid(), r.id, 'test', 'test', '[]', restored_in.transaction
    from restored as r;
end;
create function pg_temp.restores(role text)
returns bigint
language sql
volatile
return (
    select count(*)
    from restored as r
    cross join monitoring.position_statuses as s
    where pg_temp.outcome(
        restores.role,
        r.id,
        format(
            'move = ''restore_backup'', move_details = ''{}'', status = %L, closed_at = %s',
            s.status, case when s.is_open then 'null' else 'coalesce(closed_at, now())' end
        )
    ) <> 'TL002'
);
select is(pg_temp.restores(v.role), 0::bigint, 'never backed up: ' || v.role)
from (values ('none'), ('tradelatch_owner')) as v (role);
select pg_temp.restored_in(null);
select is(pg_temp.restores(v.role), 0::bigint, 'backed up, and not restored: ' || v.role)
from (values ('none'), ('tradelatch_owner')) as v (role);
select pg_temp.restored_in((pg_current_xact_id()::text::bigint - 1)::text::xid8);
select is(pg_temp.restores(v.role), 0::bigint, 'restored by another transaction before: ' || v.role)
from (values ('none'), ('tradelatch_owner')) as v (role);
insert into monitoring.position_backups (backup_id, position_id, made_by, reason, events, restored_in)
values (gen_random_uuid(), pg_temp.put('active'), 'test', 'test', '[]', pg_current_xact_id());
select is(pg_temp.restores(v.role), 0::bigint, 'another position is restored by this one: ' || v.role)
from (values ('none'), ('tradelatch_owner')) as v (role);
select is((select sum(pg_temp.logged(r.id)) from restored as r), 0::numeric, 'nothing of that is logged');
select is((select count(*) from restored as r inner join monitoring.positions as p using (id, status)), 11::bigint, 'and nothing has moved');

select pg_temp.restored_in(pg_current_xact_id());
select is(
    pg_temp.outcome('tradelatch_owner', r.id, 'status = ''active'', closed_at = null'),
    'TL002',
    'without that name a plain UPDATE is what it was: ' || r.status
)
from restored as r
where r.status in ('closed', 'pending_entry', 'pending_close');
select is(
    pg_temp.outcome(
        'tradelatch_owner', r.id, 'move = ''restore_backup'', move_details = ''{"x": 1}'', status = ''active'', closed_at = null'
    ),
    'done',
    'the one that restores it may: ' || r.status
)
from restored as r
where r.status in ('closed', 'pending_entry', 'failed');
select results_eq(
    $$
        select r.status, p.status, p.closed_at, e.event, e.from_status, e.to_status, e.details
        from restored as r
        inner join monitoring.positions as p on p.id = r.id
        inner join monitoring.position_events as e on e.position_id = r.id and e.event <> 'insert'
        order by r.status
    $$,
    $$
        select s.status, 'active', null::timestamptz, 'restore_backup', s.status, 'active', '{"x": 1}'::jsonb
        from monitoring.position_statuses as s
        where s.status in ('closed', 'pending_entry', 'failed')
        order by s.status
    $$,
    'they are open again, and the log says why'
);
select is(
    pg_temp.outcome('tradelatch_owner', r.id, 'move = ''restore_backup'', fence = fence - 1, status = ''active'''),
    'TL002',
    'and even then its fence does not fall'
)
from restored as r
where r.status = 'active';

-- What is settled has ended when it ended.

create temporary table settled as
select s.status, pg_temp.put(s.status) as id
from monitoring.position_statuses as s
where not s.is_open;
create temporary table settled_before as
select p.id, p.closed_at from monitoring.positions as p where p.id in (select s.id from settled as s);
select is(
    pg_temp.outcome('tradelatch_owner', s.id, c.changes), 'done', format('%s: %s', s.status, c.changes)
)
from settled as s
cross join (values
    ('move = ''settle_position'', move_details = ''{}'', fees = 1'),
    ('move = ''settle_position'', move_details = ''{}'', closed_at = now() + interval ''1 day'''),
    ('closed_at = null'),
    ('details = ''{"x": 1}''')
) as c (changes);
select is_empty(
    $$
        select p.id, p.closed_at, b.closed_at
        from settled_before as b
        inner join monitoring.positions as p on p.id = b.id
        where p.closed_at is distinct from b.closed_at
    $$,
    'closed_at stays'
);
select is((select sum(pg_temp.logged(s.id)) from settled as s), 16::numeric, 'each of them is logged');

-- However the UPDATE is written.

select throws_ok(
    format(
        'insert into monitoring.positions (id, exchange, symbol, side, quantity, entry_price, status) '
        'values (%s, ''binance'', ''X'', ''long'', 1, 1, ''pending_entry'') on conflict (id) do update set status = ''rolled_back''',
        pg_temp.put('pending_entry')
    ),
    'TL002', null, 'INSERT … ON CONFLICT DO UPDATE is an UPDATE'
);
select throws_ok(
    format(
        'merge into monitoring.positions as p using (select %s as id) as x on p.id = x.id when matched then update set status = ''active''',
        pg_temp.put('closed')
    ),
    'TL002', null, 'MERGE, too'
);
select throws_ok(
    format('update tradelatch.positions set status = ''active'' where position_id = %s', pg_temp.put('pending_entry')),
    '55000', null, 'the view takes none'
);
select is(
    (select count(*) from monitoring.positions as p where p.move is not null or p.move_details is not null),
    0::bigint,
    'at rest no row says what is being done with it'
);
select ok(
    not exists (
        select
        from monitoring.positions as p
        where p.updated_at < p.created_at - interval '1 millisecond'
            or p.closed_at < p.created_at - interval '1 minute'
    ),
    'and the times are in order'
);

select * from finish();
rollback;
