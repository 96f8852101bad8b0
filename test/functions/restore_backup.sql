-- What cleanup, reconcile and release_position ended comes back as it was; what would break the book does not.

begin;
\ir setup.psql
\ir evidence.psql
select plan(122);

select declared_as_move(
    'restore_backup', 'backup_id uuid, dry_run boolean = true', 'SETOF tradelatch.cleanup_action', 'tradelatch_operator'
);

-- One of each status, and what it becomes again: one that was active is to be protected anew. What whoever takes it up is called
-- for: the orders that were left, what nobody can name, and the order that is due under an id that was never given.
create table ends as
select *
from (values
    ('A1USDT', 'pending_entry', 'failed', 'pending_entry', 'entry buy 10 opening e1'),
    ('A2USDT', 'entry_placed', 'canceled', 'entry_placed', 'entry buy 10 opening e1'),
    ('A3USDT', 'pending_sl', 'closed', 'pending_sl', 'cancel * e1 s1, stop_loss buy 4.1 at 102.5 reduce-only s2'),
    ('A4USDT', 'active', 'closed', 'pending_sl', 'cancel * s1, stop_loss sell 10 at 95 reduce-only s2'),
    ('A5USDT', 'pending_close', 'closed', 'pending_close', 'cancel c2, close sell 10 reduce-only c3'),
    ('A6USDT', 'pending_rollback', 'rolled_back', 'pending_rollback', 'cancel * c1 s1, close buy 10 reduce-only c2'),
    ('A7USDT', 'pending_rollback', 'rolled_back', 'pending_rollback', 'cancel c1 e1, close sell 10 reduce-only c2'),
    ('A8USDT', 'pending_entry', 'failed', 'pending_entry', 'entry buy 10 opening e1'),
    ('A9USDT', 'pending_cancels', 'closed', 'pending_cancels', 'cancel * s1')
) as e (symbol, status, ended, restored, due);
do $$
declare
    v_end ends;
begin
    for v_end in select * from ends loop
        call given(
            v_end.symbol, v_end.status, case when v_end.symbol in ('A3USDT', 'A6USDT') then 'short' else 'long' end,
            filled => case v_end.symbol when 'A7USDT' then 0 when 'A3USDT' then 4.10 else 10 end,
            stop_loss_percent => case v_end.symbol when 'A3USDT' then 2.50 end, attempt => gen_random_uuid()
        );
    end loop;
end
$$;
call claim('A8USDT');
select is(
    (tradelatch.reissue_order(id('A5USDT'), fence('A5USDT'), order_of('A5USDT', 'c1'), 'refused')).outcome, 'ok',
        'A5USDT has a second close'
);
call later('1 hour');

create table before as
select p.id, p.symbol, p.status, to_jsonb(p) as book_row, events(p.symbol) as events
from monitoring.positions as p;
create function backup_of(symbol text)
returns uuid
language sql
stable
security definer
return (
    select b.backup_id from monitoring.position_backups as b where b.position_id = id(backup_of.symbol)
        order by b.made_at desc limit 1
);
-- What restore_backup would do with a position, or does.
create function restored(backup_id uuid, dry_run boolean default true)
returns text[]
language sql
volatile
return (
    select array_agg(line(r) order by r.position_id)
    from tradelatch.restore_backup(restored.backup_id, dry_run => restored.dry_run) as r
);
create function state()
returns text
language sql
volatile
security definer
as $$
    select book() || md5((select string_agg(b::text, ',' order by b.backup_id, b.position_id) from monitoring.position_backups
        as b))
$$;
-- What a restored position has of its own: who drives it, which order is due, what may be left, when it moved.
create function but(book_row jsonb)
returns jsonb
language sql
immutable
return but.book_row - (
    '{status,fence,lease_until,drive_attempt,stop_loss_order,stop_loss_order_id,stop_loss_attempt,close_attempt,orders_arrived,'
    'orders_in_hand,updated_at,exposure_at,orders_at,has_stop_loss,pnl,pnl_percentage}' -- the last three of a table that was taken over
)::text[];
-- A backup as cleanup and reconcile make them: of several positions that they end, or adopt.
create procedure end_all(backup_id uuid, made_by text, symbols text[])
language sql
as $$
    select monitoring.end_position(
        end_all.backup_id, p.id, coalesce(e.ended, 'closed'),
        -- what waits for cancels nobody else ends with orders left
        case p.status when 'pending_cancels' then 'release_position' else end_all.made_by end, 'gone', '{}'
    )
    from monitoring.positions as p
    left join ends as e on e.symbol = p.symbol
    where p.symbol = any (end_all.symbols) and p.closed_at is null
$$;
create procedure adopt(backup_id uuid, symbol text, side text)
language sql
as $$
    select tradelatch.adopt_position('binance', adopt.symbol, adopt.side, 5, 100, clock_timestamp());
    select monitoring.back_up(adopt.backup_id, book_row(adopt.symbol), 'reconcile', 'found', existed => false);
$$;

create table backup as
select gen_random_uuid() as id;
do $$
declare
    v_backup uuid := (select b.id from given.backup as b);
    v_symbols text[] := (select array_agg(e.symbol) from given.ends as e);
begin
    call given.end_all(v_backup, 'cleanup', v_symbols);
    call given.adopt(v_backup, 'X1USDT', 'long');
    call given.adopt(v_backup, 'X2USDT', 'short');
end
$$;
select is(
    (select array_agg((book_row(e.symbol)).status order by e.symbol) from ends as e),
    (select array_agg(e.ended order by e.symbol) from ends as e),
    'one of each status is ended'
);
-- A fact that came late, and fences that were given meanwhile.
select is(
    (tradelatch.settle_position(id('A4USDT'), exit_price => 99, realized_pnl => -10, fees => 0.1)).outcome, 'ok',
        'A4USDT is settled'
);
call given('Y1USDT', 'pending_entry');
create table fences as
select monitoring.next_fence() as highest;

create table ended as
select state() as state;
create table lines as
select
    (
        select array_agg(format('restore %s both %s>%s', e.symbol, e.ended, e.restored) order by e.symbol) from ends as e
    ) || '{"restore X1USDT both pending_sl>closed","restore X2USDT both pending_sl>closed"}'::text[] as lines;
select is(restored(backup_of('A1USDT')), l.lines,
    'a dry run says what would come back, and that the adopted ones would be closed')
from lines as l;
select is(state(), e.state, 'and changes nothing')
from ended as e;
select is(restored(backup_of('A1USDT'), false), l.lines, 'the restore does what the dry run said')
from lines as l;

-- As it was.
select is(but(to_jsonb(p)), but(b.book_row), b.symbol || ' is as it was, but for its driver, its orders and times')
from before as b
inner join monitoring.positions as p on p.id = b.id;
select is(p.status, e.restored, b.symbol || ' is ' || e.restored)
from before as b
inner join ends as e on e.symbol = b.symbol
inner join monitoring.positions as p on p.id = b.id;
select ok(p.fence > f.highest, b.symbol || ': its fence is above every one that was given')
from before as b
inner join monitoring.positions as p on p.id = b.id
cross join fences as f;
select is((select count(distinct p.fence) from monitoring.positions as p), (select count(*) from monitoring.positions as p),
    'and nobody else''s');
select ok(
    p.lease_until = 'epoch' and p.drive_attempt is null and p.closed_at is null and p.exposure_at >= now() and p.orders_at >= now(),
    b.symbol || ' is driven by nobody, and what was seen before says nothing'
)
from before as b
inner join monitoring.positions as p on p.id = b.id;
select is(
    events(b.symbol),
    b.events || case b.symbol
        when 'A4USDT' then ' cleanup settle_position'
        when 'A9USDT' then ' release_position'
        else ' cleanup'
    end || ' restore_backup',
    b.symbol || ': later events stay, and it has its own'
)
from before as b;
select is(
    event('A4USDT'), format('restore_backup closed>pending_sl fence {"backup_id": "%s"}', backup_of('A4USDT')),
        'the event says from which backup'
);
select is(
    (
        select (p.exit_price is null, p.realized_pnl is null, p.fees is null, e.details ->> 'realized_pnl')::text
        from monitoring.positions as p
        inner join monitoring.position_events as e on e.position_id = p.id and e.event = 'settle_position'
        where p.symbol = 'A4USDT'
    ),
    '(t,t,t,-10)', 'what was settled is in the log alone'
);

-- Adopted ones are closed.
select is(
    (book_row(x.symbol)).status || ' ' || (book_row(x.symbol)).exit_reason || ' ' || events(x.symbol),
    'closed its adoption was taken back adopt_position restore_backup', x.symbol
)
from (values ('X1USDT'), ('X2USDT')) as x (symbol);
select ok((book_row('X1USDT')).closed_at is not null and (book_row('X1USDT')).open_quantity = 0, 'its slot is free');

-- What it was before is worth nothing; recovery takes it up.
select refused(
    format('renew_lease(%s, %s)', b.id, b.book_row ->> 'fence'),
    'TL003',
    b.status || ': the fence before is stale'
)
from before as b;
create table claims as
select r.symbol, line(r) as line
from tradelatch.claim_stale() as r;
select is(
    (select c.line from claims as c where c.symbol = e.symbol),
    format('claimed %s driven, %s', e.restored, e.due),
    format('%s: claim_stale takes it up at once', e.symbol)
)
from ends as e;
select held_back(
    $$fail_position(id('A1USDT'), fence('A1USDT'), 'never sent')$$, order_of('A1USDT', 'e1'),
    ((book_row('A1USDT')).orders_in_hand -> order_of('A1USDT', 'e1') ->> 'until')::timestamptz,
    'the entry of A1USDT is not judged never sent yet'
);

-- Twice.
select is(
    restored(backup_of('A1USDT'), v.dry_run),
    (
        select array_agg(replace(line, ' both ', ' both ') order by place)
        from (
            select format('refused %s both %s> it was restored already', e.symbol, e.restored) as line, e.symbol as place
            from ends as e
            union all
            select format('refused X%sUSDT both closed> it was restored already', n), 'X' || n
            from generate_series(1, 2) as n
        ) as x
    ),
    'a second time nothing is restored, dry_run is ' || v.dry_run
)
from (values (true), (false)) as v (dry_run);

-- From release_position, and in another transaction's name: its move is legal nowhere else.
call given('B1USDT', 'active');
call given('B2USDT', 'active');
create table released as
select p.id, p.symbol, to_jsonb(p) as book_row
from monitoring.positions as p
where p.symbol in ('B1USDT', 'B2USDT');
select is((tradelatch.release_position(id(r.symbol), 'mine')).status, 'closed', r.symbol || ' is released')
from released as r;
select is(restored(backup_of('B1USDT'), false), '{"restore B1USDT both closed>pending_sl"}'::text[],
    'release_position is taken back');
select is(but(to_jsonb(book_row('B1USDT'))), but(r.book_row), 'to the byte')
from released as r
where r.symbol = 'B1USDT';
create function updated(symbol text, assignments text)
returns text
language plpgsql
as $$
begin
    execute format('update monitoring.positions set %s where id = %s', updated.assignments, id(updated.symbol));
    return 'done';
exception
    when others then
        return sqlstate;
end
$$;
select is(updated('B2USDT', v.assignments), 'TL002', v.assignments)
from (values
    ('status = ''active'', closed_at = null'),
    ('status = ''active'', closed_at = null, move = ''restore_backup''')
) as v (assignments);

-- Slots that are held by now; what is refused keeps nothing else from being restored.
call given('C1USDT', 'active');
call given('C2USDT', 'active');
call given('C3USDT', 'active', 'long', 'long');
call given('C4USDT', 'active', 'short', 'short');
call given('C5USDT', 'active', 'long');
call end_all(gen_random_uuid(), 'reconcile', '{C1USDT,C2USDT,C3USDT,C4USDT,C5USDT}');
select is((book_row('C1USDT')).status, 'closed', 'reconcile closed them');
create table holders as
select
    c.symbol,
    (tradelatch.create_position('binance', c.symbol, c.side, 10, 100, position_side => c.position_side)).position_id as holder
from (values ('C2USDT', 'short', 'both'), ('C3USDT', 'short', 'short'), ('C4USDT', 'long', 'both'), ('C5USDT', 'long',
    'long')) as c (symbol, side, position_side);
create function backup_of_reconcile()
returns uuid
language sql
stable
security definer
return (select b.backup_id from monitoring.position_backups as b where b.made_by = 'reconcile'
    and b.position_id = (select min(p.id) from monitoring.positions as p where p.symbol = 'C1USDT'));
create table expected as
select
    r.position_id,
    p.symbol,
    r.action,
    r.detail ->> 'problem' as problem
from tradelatch.restore_backup(backup_of_reconcile(), dry_run => false) as r
inner join monitoring.positions as p on p.id = r.position_id
where p.symbol ~ '^C';
select results_eq(
    'select e.symbol::text collate "default", e.action, e.problem from expected as e order by e.symbol',
    $$
        select v.symbol, v.action, case v.action when 'refused' then format('position %s holds the slot now', h.holder) end
        from (values
            ('C1USDT', 'restore'), ('C2USDT', 'refused'), ('C3USDT', 'restore'), ('C4USDT', 'refused'), ('C5USDT', 'refused')
        ) as v (symbol, action)
        left join holders as h on h.symbol = v.symbol
        order by v.symbol
    $$,
    'refused where the slot, or the other mode, is open by now'
);
select is(
    (select array_agg(p.symbol || ' ' || p.position_side order by p.symbol, p.position_side) from monitoring.positions as p
        where p.symbol ~ '^C' and p.closed_at is null),
    '{"C1USDT both","C2USDT both","C3USDT long","C3USDT short","C4USDT both","C5USDT long"}'::text[],
    'one for each slot'
);
-- The holder ends: now it may come back, what was restored may not.
select is(
    (tradelatch.cancel_position(id('C2USDT'), fence('C2USDT'), 'x')).status,
    'canceled',
    'the holder of C2USDT ends'
);
select is(
    (
        select array_agg(p.symbol || ' ' || (r.detail ->> 'problem') order by p.symbol)
        from tradelatch.restore_backup(backup_of_reconcile(), dry_run => false) as r
        inner join monitoring.positions as p on p.id = r.position_id
        where p.symbol in ('C1USDT', 'C2USDT') and r.action = 'refused'
    ),
    '{"C1USDT it was restored already"}'::text[],
    'what was refused may come back when its slot is free'
);
select is(
    (select p.status from monitoring.positions as p where p.symbol = 'C2USDT' order by p.id limit 1), 'pending_sl', 'C2USDT is back'
);

-- Restored, ended and restored again: another backup.
select is((tradelatch.release_position(id('B1USDT'), 'again')).status, 'closed', 'B1USDT ends again');
select is(
    restored(backup_of('B1USDT'), false),
    '{"restore B1USDT both closed>pending_sl"}'::text[],
    'from its second backup'
);
select is(
    (select count(*) from monitoring.position_backups as b where b.position_id = id('B1USDT') and b.restored_at is not null
        and b.made_by = 'release_position'), 2::bigint,
    'both are used up'
);

-- Open again by a restore of another backup.
select is((tradelatch.release_position(id('B1USDT'), 'a third time')).status, 'closed', 'B1USDT ends a third time');
set local session_replication_role = replica;
update monitoring.position_backups as b set restored_at = null where b.position_id = id('B1USDT');
set local session_replication_role = origin;
select is(restored(backup_of('B1USDT'), false), '{"restore B1USDT both closed>pending_sl"}'::text[], 'from the third');
select is(
    (
        select array_agg(distinct r.detail ->> 'problem')
        from monitoring.position_backups as b
        cross join lateral tradelatch.restore_backup(b.backup_id) as r
        where b.position_id = id('B1USDT') and b.restored_at is null and r.position_id = b.position_id
    ),
    '{"it is open"}'::text[], 'the others are refused while it is open'
);

-- One that waits for its cancels is given back before its stop-loss is cancelled, unless it filled further meanwhile.
do $$
declare
    v_backup uuid := gen_random_uuid();
begin
    call given('F1USDT', 'active');
    call given('F2USDT', 'active', filled => 4);
    perform monitoring.end_position(v_backup, p.id, 'pending_cancels', 'reconcile', 'gone', '{}')
    from monitoring.positions as p
    where p.symbol in ('F1USDT', 'F2USDT');
end
$$;
call claim('F2USDT');
select is(
    (tradelatch.confirm_entry(id('F2USDT'), fence('F2USDT'), 6)).status, 'pending_close', 'F2USDT fills after all, and is closed'
);
select is(
    restored(backup_of('F1USDT')),
    array['restore F1USDT both pending_cancels>pending_sl', 'refused F2USDT both pending_close> it is open'],
    'F1USDT may come back'
);
select is(
    (tradelatch.confirm_close(id('F2USDT'), 'again', fence => fence('F2USDT'))).status, 'pending_cancels', 'F2USDT is closed again'
);
select is(
    restored(backup_of('F1USDT'), false),
    array['restore F1USDT both pending_cancels>pending_sl', 'refused F2USDT both pending_cancels> it moved since it was ended'],
    'F1USDT comes back'
);
select is(
    (book_row('F1USDT')).status || ' ' || (monitoring.orders_left(book_row('F1USDT')))::text,
    'pending_sl {' || order_of('F1USDT', 's1') || ',*}', 'with the orders that were left, and those that nobody can name'
);

-- An adoption is taken back only while nobody did anything with it.
do $$
declare
    v_backup uuid := gen_random_uuid();
begin
    call given.adopt(v_backup, 'E1USDT', 'long');
    call given.adopt(v_backup, 'E2USDT', 'long');
    call given.adopt(v_backup, 'E3USDT', 'long');
end
$$;
select is((tradelatch.take_over(id('E1USDT'), 'x')).outcome, 'claimed', 'E1USDT is driven');
select is(
    (tradelatch.create_position('binance', 'E2USDT', 'long', 10, 100)).outcome,
    'existing',
    'E2USDT prevented a duplicate'
);
select is(
    (tradelatch.confirm_close(id('E3USDT'), 'x', array['*'] || orders_of('E3USDT', 's1'), fence => fence('E3USDT'))).status,
    'closed',
    'E3USDT is closed'
);
select is(
    restored(backup_of('E1USDT'), false),
    '{
        "refused E1USDT both pending_sl> it moved since it was adopted",
        "restore E2USDT both pending_sl>closed",
        "refused E3USDT both closed> it moved since it was adopted"
    }'::text[],
    'it moved since it was adopted'
);

-- What is refused.
select refused(
    'restore_backup(gen_random_uuid())',
    '22023 backup_id',
    'there is no such backup',
    role => 'tradelatch_operator'
);
select refused('restore_backup(null)', '22023 backup_id', 'null is none', role => 'tradelatch_operator');
select refused('restore_backup(gen_random_uuid(), null)', '22023 dry_run', 'dry_run is true or false',
    role => 'tradelatch_operator');

-- Who may.
select is(
    (try(format('restore_backup(%L)', backup_of('E1USDT')), role => r.role, look => 'select ''done''')).seen, r.seen, r.role
        || ': ' || r.seen
)
from (values ('tradelatch_reader', '42501'), ('tradelatch_bot', '42501'), ('tradelatch_operator', 'done')) as r (role, seen);

select explained();
select * from finish();
rollback;
