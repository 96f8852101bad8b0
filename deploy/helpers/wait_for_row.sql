-- Deploy tradelatch:helpers/wait_for_row to pg
-- Where monitoring.lock_position found the row locked, though the slot is free: somebody wrote to it without a function, as the
-- modules may that write prices into a table that was taken over, or refers to it, and is still in that transaction.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.wait_for_row(position_id bigint)
returns monitoring.positions
language plpgsql
volatile
as $$
declare
    v_position monitoring.positions;
    v_transactions text[];
    v_holders jsonb;
begin
    begin
        select p.* into v_position from monitoring.positions as p where p.id = wait_for_row.position_id for update;
        return v_position;
    exception
        when lock_not_available then
            null;
    end;

    select p.* into v_position from monitoring.positions as p where p.id = wait_for_row.position_id;
    v_transactions := array(select p.xmax::text from monitoring.positions as p where p.id = wait_for_row.position_id);
    begin
        -- several at once, where they only refer to it
        v_transactions := v_transactions || array(select m.xid::text from pg_get_multixact_members(v_transactions[1]::xid) as m);
    exception
        when others then
            null; -- it is one transaction
    end;

    select jsonb_agg(distinct jsonb_strip_nulls(jsonb_build_object(
        'pid', l.pid,
        'user_name', coalesce(a.usename, x.owner),
        'application_name', coalesce(a.application_name, 'prepared ' || quote_literal(x.gid)),
        'since', coalesce(a.xact_start, x.prepared)
    )))
    into v_holders
    from pg_locks as l
    left join pg_stat_activity as a on a.pid = l.pid
    left join pg_prepared_xacts as x on l.pid is null and x.transaction = l.transactionid
    where l.locktype = 'transactionid'
        and l.mode = 'ExclusiveLock'
        and l.granted
        and l.transactionid::text = any (v_transactions)
        and l.pid is distinct from pg_backend_pid();

    raise exception using
        errcode = '55P03',
        message = format(
            'the row of position %s was not free in time%s',
            v_position.id,
            monitoring.named_holders(v_holders, 'has it locked')
        ),
        detail = json_build_object(
            'exchange', v_position.exchange,
            'account', v_position.account,
            'symbol', v_position.symbol,
            'position_id', v_position.id,
            'holders', coalesce(v_holders, '[]')
        )::text;
end
$$;

comment on function monitoring.wait_for_row(bigint) is
'Waits for the row of a position, locks it and returns it. 55P03 after the caller''s lock_timeout; DETAIL names who has it locked, as that of monitoring.wait_for_slot names who holds the slot.';

revoke all on function monitoring.wait_for_row(bigint) from public;

commit;
