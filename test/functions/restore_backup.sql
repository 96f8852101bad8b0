-- What cleanup, reconcile and release_position ended comes back as it was; what would break the book does not.

begin;
\ir setup.psql
\ir evidence.psql
select plan(98);

select declared_as_move(
    'restore_backup', 'backup_id uuid, dry_run boolean = true', 'SETOF tradelatch.cleanup_action', 'tradelatch_operator'
);

create table ends as
select *
from (values
    ('A1USDT', 'pending_entry', 'failed'),
    ('A2USDT', 'entry_placed', 'canceled'),
    ('A3USDT', 'pending_sl', 'closed'),
    ('A4USDT', 'active', 'closed'),
    ('A5USDT', 'pending_close', 'closed'),
    ('A6USDT', 'pending_rollback', 'rolled_back'),
    ('A7USDT', 'pending_rollback', 'rolled_back'),
    ('A8USDT', 'pending_entry', 'failed')
) as e (symbol, status, ended);
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
select show('{"X1USDT long 5", "X2USDT short 5"}', clock_timestamp() - interval '1 minute', max_closes => 100);
select show('{"X1USDT long 5", "X2USDT short 5"}', clock_timestamp() - interval '50 seconds', max_closes => 100);

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
-- What a restored position has of its own: who drives it, when it moved.
create function but(book_row jsonb)
returns jsonb
language sql
immutable
return but.book_row - '{fence,lease_until,drive_attempt,updated_at}'::text[];

select is(
    (select array_agg(a.action || ' ' || a.to_status order by a.position_id) from tradelatch.cleanup('all', older_than => '0',
        dry_run => false) as a
    where a.action = 'end'),
    (select array_agg('end ' || e.ended order by e.symbol) from ends as e),
    'cleanup ends one of each status'
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
        select array_agg(format('restore %s both %s>%s', e.symbol, e.ended, e.status) order by e.symbol) from ends as e
    ) || '{"restore X1USDT both pending_sl>closed","restore X2USDT both pending_sl>closed"}'::text[] as lines;
select is(restored(backup_of('A1USDT')), l.lines,
    'a dry run says what would come back, and that the adopted ones would be closed')
from lines as l;
select is(state(), e.state, 'and changes nothing')
from ended as e;
select is(restored(backup_of('A1USDT'), false), l.lines, 'the restore does what the dry run said')
from lines as l;

-- As it was.
select is(
    but(to_jsonb(p)) - 'entry_judged_after'::text, but(b.book_row) - 'entry_judged_after'::text, b.status
        || ' is as it was, but for fence and times'
)
from before as b
inner join monitoring.positions as p on p.id = b.id;
select is(
    case when e.entry_judged_after between clock_timestamp() and clock_timestamp() + interval '5 seconds'
        then 'a grace time from now' else e.entry_judged_after::text end,
    v.entry_judged_after,
    v.symbol || ': when its entry may be judged'
)
from (values
    ('A1USDT', 'a grace time from now'),
    ('A2USDT', null),
    ('A8USDT', (select b.book_row ->> 'entry_judged_after' from before as b where b.symbol = 'A8USDT')::timestamptz::text)
) as v (symbol, entry_judged_after)
cross join lateral book_row(v.symbol) as e;
select ok(p.fence > f.highest, b.status || ': its fence is above every one that was given')
from before as b
inner join monitoring.positions as p on p.id = b.id
cross join fences as f;
select is((select count(distinct p.fence) from monitoring.positions as p), (select count(*) from monitoring.positions as p),
    'and nobody else''s');
select ok(
    p.lease_until <= clock_timestamp() and p.lease_until >= now() and p.drive_attempt is null and p.closed_at is null,
    b.status || ' is driven by nobody'
)
from before as b
inner join monitoring.positions as p on p.id = b.id;
select is(
    events(b.symbol),
    b.events || ' cleanup ' || case b.symbol when 'A4USDT' then 'settle_position ' else '' end || 'restore_backup',
    b.status || ': later events stay, and it has its own'
)
from before as b;
select is(
    event('A4USDT'), format('restore_backup closed>active fence {"backup_id": "%s"}', backup_of('A4USDT')),
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
select refused(format('renew_lease(%s, %s)', b.id, b.book_row ->> 'fence'), 'TL003', b.status || ': the fence before is stale')
from before as b;
do $$
declare
    v_end ends;
begin
    for v_end in select * from ends loop
        call lapse(v_end.symbol, '6 seconds');
    end loop;
end
$$;
select is(
    (select array_agg(r.symbol || ' ' || r.status order by r.symbol) from tradelatch.claim_stale() as r),
    (select array_agg(e.symbol || ' ' || e.status order by e.symbol) from ends as e where e.status <> 'active'),
    'claim_stale takes up those that are not finished'
);
select is((book_row('A1USDT')).entry_judged_after > clock_timestamp(), true, 'the entry of A1USDT is not judged never sent yet');

-- Twice.
select is(
    restored(backup_of('A1USDT'), v.dry_run),
    (
        select array_agg(replace(line, ' both ', ' both ') order by place)
        from (
            select format('refused %s both %s> it was restored already', e.symbol, e.status) as line, e.symbol as place
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
select is(restored(backup_of('B1USDT'), false), '{"restore B1USDT both closed>active"}'::text[],
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
call later('1 hour');
select show('{}', clock_timestamp() - interval '1 minute', max_closes => 100);
select show('{}', clock_timestamp() - interval '50 seconds', max_closes => 100, apply => true);
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
select is((tradelatch.cancel_position(id('C2USDT'), fence('C2USDT'), 'x')).status, 'canceled', 'the holder of C2USDT ends');
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
    (select p.status from monitoring.positions as p where p.symbol = 'C2USDT' order by p.id limit 1), 'active', 'C2USDT is back'
);

-- Restored, ended and restored again: another backup.
select is((tradelatch.release_position(id('B1USDT'), 'again')).status, 'closed', 'B1USDT ends again');
select is(restored(backup_of('B1USDT'), false), '{"restore B1USDT both closed>active"}'::text[], 'from its second backup');
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
select is(restored(backup_of('B1USDT'), false), '{"restore B1USDT both closed>active"}'::text[], 'from the third');
select is(
    (
        select array_agg(distinct r.detail ->> 'problem')
        from monitoring.position_backups as b
        cross join lateral tradelatch.restore_backup(b.backup_id) as r
        where b.position_id = id('B1USDT') and b.restored_at is null and r.position_id = b.position_id
    ),
    '{"it is open"}'::text[], 'the others are refused while it is open'
);

-- An adoption is taken back only while nobody did anything with it.
call later('1 hour');
select show('{"E1USDT long 5", "E2USDT long 5", "E3USDT long 5"}', clock_timestamp() - interval '1 minute', max_closes => 100);
select show('{"E1USDT long 5", "E2USDT long 5", "E3USDT long 5"}', clock_timestamp() - interval '50 seconds',
    max_closes => 100, adopt => true);
select is((tradelatch.take_over(id('E1USDT'), 'x')).outcome, 'claimed', 'E1USDT is driven');
select is((tradelatch.create_position('binance', 'E2USDT', 'long', 10, 100)).outcome, 'existing', 'E2USDT prevented a duplicate');
select is((tradelatch.confirm_close(id('E3USDT'), 'x')).outcome, 'ok', 'E3USDT is closed');
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
select refused('restore_backup(gen_random_uuid())', '22023 backup_id', 'there is no such backup', role => 'tradelatch_operator');
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
