-- Deploy tradelatch:functions/after_restore to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.after_restore(reason text, skip bigint default 1000000)
returns setof tradelatch.finding
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    -- Numbers of order ids that the lost history may have given to a position.
    c_attempts constant integer := 1000;
    -- What a lost drive may have had left: the default of a lease.
    c_lease constant interval := interval '1 minute';
    v_reason text := monitoring.check_text('reason', after_restore.reason, 1000);
    v_known timestamptz := (select e.at from monitoring.position_events as e order by e.at desc limit 1);
    v_until timestamptz;
    v_before monitoring.positions;
    v_row monitoring.positions;
begin
    if (after_restore.skip between 0 and 1000000000) is not true then
        perform monitoring.refuse_argument('skip', 'must be 0 to 1000000000', after_restore.skip::text);
    end if;

    if after_restore.skip = 0 then
        perform monitoring.compare_sequences();
        lock table monitoring.histories in share row exclusive mode;
    else
        -- Whoever is at work is waited for, and whoever begins waits for the commit.
        lock table monitoring.positions in exclusive mode;
        lock table monitoring.histories in share row exclusive mode;
        perform setval(s.sequence, greatest(s.last_value, s.highest) + after_restore.skip)
        from monitoring.sequences() as s;
    end if;
    perform monitoring.keep_durable();

    insert into monitoring.histories (number, system_identifier, timeline, table_oid, skip, reason)
    select
        1 + coalesce((select max(n.number) from monitoring.histories as n), 0),
        h.system_identifier,
        h.timeline,
        h.table_oid,
        after_restore.skip,
        v_reason
    from monitoring.current_history() as h;

    if after_restore.skip = 0 then
        return;
    end if;

    -- What was seen may have been of something that the lost history ended, or adopted.
    delete from monitoring.sightings;
    delete from monitoring.order_sightings;

    -- Transaction ids may begin anew: what was raised before stays before what is raised from now on, and no old transaction
    -- is taken for a new one.
    update monitoring.alerts as a
    set xid = '0'
    where a.xid >= pg_current_xact_id();
    update monitoring.histories as h
    set made_in = '0'
    where h.made_in > pg_current_xact_id();
    update monitoring.event_archives as a
    set made_in = '0'
    where a.made_in >= pg_current_xact_id();

    -- What was made of these tables is in a logical copy as it was when its schema was copied.
    perform monitoring.make_known_aliases();
    if exists (select from monitoring.account_grants) and not monitoring.accounts_are_apart() then
        perform monitoring.keep_accounts_apart();
    end if;

    for v_before in
        -- Each branch implies the predicate of one of the slot's indexes.
        select p.*
        from monitoring.positions as p
        where p.closed_at is null and p.position_side in ('both', 'long')
        union all
        select p.*
        from monitoring.positions as p
        where p.closed_at is null and p.position_side = 'short'
    loop
        -- What the driver before had in hand he may still send, and the lost history may have handed out orders that the book
        -- does not know: they get no id twice, and * stands for them.
        v_until := greatest(v_before.lease_until, clock_timestamp() + c_lease) + monitoring.grace();
        v_row := monitoring.hold_order(v_before);
        v_row.orders_in_hand := monitoring.give_up_hands(v_row.orders_in_hand, v_until);
        if '*' <> all (v_row.orders_arrived) then
            v_row.orders_arrived := v_row.orders_arrived || text '*';
        end if;
        update monitoring.positions as p
        set
            stop_loss_attempt = v_row.stop_loss_attempt + c_attempts,
            stop_loss_sized = v_row.stop_loss_attempt + c_attempts,
            close_attempt = v_row.close_attempt + c_attempts,
            orders_arrived = v_row.orders_arrived,
            orders_in_hand = v_row.orders_in_hand,
            fence = monitoring.next_fence(),
            lease_until = 'epoch',
            drive_attempt = null,
            move = 'after_restore',
            move_details = jsonb_build_object('reason', v_reason, 'lease_ended', v_before.lease_until)
        where p.id = v_row.id;
    end loop;

    return query
    select
        'history_changed',
        'critical',
        null::bigint,
        k.exchange,
        k.account,
        null,
        null,
        null,
        clock_timestamp() - v_known,
        jsonb_strip_nulls(jsonb_build_object(
            'problem', format('the book knows nothing after %s', to_char(v_known at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
            'known_until', v_known
        )),
        'compare all its positions and orders: reconcile with complete lists, then diagnose'
    from (
        select distinct
            p.exchange::text,
            p.account::text
        from monitoring.positions as p
        order by 1, 2
    ) as k
    union all
    select
        'history_changed',
        'warning',
        o.position_id,
        o.exchange,
        o.account,
        o.symbol,
        o.position_side,
        o.status,
        clock_timestamp() - v_known,
        jsonb_build_object('side', o.side, 'open_quantity', o.open_quantity, 'orders_left', o.orders_left, 'known_until', v_known),
        case
            when o.status = 'active' then 'compare its exposure and its stop-loss: reconcile and reconcile_orders'
            else 'recover: it asks the exchange'
        end
    from tradelatch.open_positions as o;
end
$$;

comment on function tradelatch.after_restore(text, bigint) is
$$After a failover that may have lost commits, a point-in-time recovery, a restored dump or a promoted copy, before a bot connects; for operators.
Every sequence is moved past what the lost history may have given out, every lease and fence is void (the former drivers' next call is TL003),
and claim_stale takes what is unfinished at once. Orders get ids that the lost history did not hand out, and * is left of every open position:
orders of it that only the lost history knew. What was seen on the exchanges until now counts no more. active stays active.
reason: at most 1000 characters. skip: how many ids, and fences, the lost history gave out at most. With 0 nothing was lost, as in a failover
with a synchronous standby: the new history is noted, and nothing else is done.
Findings: for each exchange and account, and each open position, what has to be compared with the exchange; with skip => 0 none.
Errors: 22023; TL010 skip is 0, and sequences lag; 55P03 somebody is still at work.$$;

revoke all on function tradelatch.after_restore(text, bigint) from public;
grant execute on function tradelatch.after_restore(text, bigint) to tradelatch_operator;

commit;
