-- Deploy tradelatch:helpers/carry_out to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.carry_out(
    chosen tradelatch.finding[], move text, reason text, backup_id uuid, stop_loss_percent numeric default null
)
returns setof tradelatch.cleanup_action
language plpgsql
volatile
set enable_nestloop = off -- many findings are hashed, not compared with many others,
set enable_mergejoin = off -- however few of them a plan takes them for,
set plan_cache_mode = force_generic_plan -- and one plan is enough for all calls
as $$
declare
    v_slot record;
    v_keys bigint[] := array[]::bigint[];
    v_symbols text[] := array[]::text[];
    v_row record;
    v_now tradelatch.finding;
    v_reason text;
    v_action tradelatch.cleanup_action;
    v_position monitoring.positions;
    v_adopted tradelatch.receipt;
begin
    if cardinality(carry_out.chosen) = 0 then
        return;
    end if;

    -- Nobody waits: a slot that is locked is being driven.
    for v_slot in
        select
            monitoring.slot_key(c.exchange, c.account, c.symbol) as key,
            min(c.symbol) as symbol
        from unnest(carry_out.chosen) as c
        group by key
        order by key
    loop
        if pg_try_advisory_xact_lock(v_slot.key) then
            v_keys := v_keys || v_slot.key;
            v_symbols := v_symbols || v_slot.symbol;
        end if;
    end loop;

    -- Then the same look once more, for all of them: what is so now stays so, because the slots are locked.
    for v_row in
        select
            c.finding,
            now as judged
        from (
            select
                f as finding,
                f.detail ->> 'to_status' as to_status,
                row_number() over () as place
            from unnest(carry_out.chosen) as f
        ) as c
        left join (
            monitoring.findings(
                (select min(f.exchange) from unnest(carry_out.chosen) as f having count(distinct f.exchange) = 1),
                (select min(f.account) from unnest(carry_out.chosen) as f having count(distinct f.account) = 1),
                v_symbols,
                interval '0'
            ) as now
            inner join unnest(v_keys) as locked (key)
                on locked.key = monitoring.slot_key(now.exchange, now.account, now.symbol)
        )
            on now.check_name = (c.finding).check_name
                and now.exchange = (c.finding).exchange
                and now.account = (c.finding).account
                and now.symbol = (c.finding).symbol
                and now.position_side = (c.finding).position_side
                and now.position_id is not distinct from (c.finding).position_id
                and now.detail ->> 'to_status' = c.to_status
        order by c.place
    loop
        v_now := v_row.judged;
        v_reason := coalesce(
            carry_out.reason,
            case v_now.check_name when 'orphaned_exchange' then 'found on the exchange' else 'gone from the exchange' end
        );
        v_action := null;
        v_action.position_id := (v_row.finding).position_id;
        v_action.from_status := (v_row.finding).status;
        v_action.action := 'busy';
        v_action.detail := (v_row.finding).detail || jsonb_build_object(
            'check_name', (v_row.finding).check_name,
            'exchange', (v_row.finding).exchange,
            'account', (v_row.finding).account,
            'symbol', (v_row.finding).symbol,
            'position_side', (v_row.finding).position_side
        );

        if v_now.check_name = 'orphaned_exchange' then
            -- What was adopted just before may exclude it: one exchange shows both position modes.
            if not exists (
                select
                from monitoring.conflicting_positions(v_now.exchange, v_now.account, v_now.symbol, v_now.position_side)
            ) then
                v_position := null;
                v_position.origin := 'adopted';
                v_position.exchange := v_now.exchange;
                v_position.account := v_now.account;
                v_position.symbol := v_now.symbol;
                v_position.side := v_now.detail ->> 'side';
                v_position.position_side := v_now.position_side;
                v_position.quantity := (v_now.detail #>> '{seen,quantity}')::numeric;
                v_position.entry_price := (v_now.detail #>> '{seen,average_price}')::numeric;
                v_position.stop_loss_percent := carry_out.stop_loss_percent;
                v_position.stop_loss_price := (v_now.detail ->> 'stop_loss_price')::numeric;
                v_position.stop_loss_order_id := v_now.detail ->> 'stop_loss_order_id';
                v_position.details := jsonb_build_object(
                    'reason', v_reason, 'by', carry_out.move, 'seen', v_now.detail -> 'seen'
                );
                v_adopted := monitoring.adopt(v_position, (v_now.detail #>> '{seen,last_seen_at}')::timestamptz, null);
                if v_adopted.outcome = 'created' then
                    v_position := (select p from monitoring.positions as p where p.id = v_adopted.position_id);
                    perform monitoring.back_up(carry_out.backup_id, v_position, carry_out.move, v_reason, false);
                    v_action.action := 'adopt';
                    v_action.backup_id := carry_out.backup_id;
                    v_action.position_id := v_position.id;
                    v_action.to_status := v_position.status;
                end if;
            end if;
        elsif v_now.check_name is not null then
            -- A plain UPDATE takes no lock of a slot: where one moved the row since the look, it is let be.
            v_position := (
                select p
                from monitoring.positions as p
                where p.id = v_now.position_id and p.status = v_now.status
                for update
            );
            if v_position.id is not null then
                v_action.action := 'end';
                v_action.backup_id := carry_out.backup_id;
                v_action.to_status := v_now.detail ->> 'to_status';
                v_action.detail := v_action.detail || jsonb_build_object('cancel', monitoring.orders_left(v_position));
                perform monitoring.end_position(
                    carry_out.backup_id, v_position.id, v_action.to_status, carry_out.move, v_reason,
                    v_action.detail - array['to_status', 'exchange', 'account', 'symbol', 'position_side']
                );
            end if;
        end if;
        return next v_action;
    end loop;
end
$$;

comment on function monitoring.carry_out(tradelatch.finding[], text, text, uuid, numeric) is
'Ends or adopts positions as findings say (their to_status is not null), under the locks of their slots, where it is still so; backed up. Without a reason it is what the exchange showed. stop_loss_percent: of what is adopted. One action for each finding, in their order: end, adopt or busy.';

revoke all on function monitoring.carry_out(tradelatch.finding[], text, text, uuid, numeric) from public;

commit;
