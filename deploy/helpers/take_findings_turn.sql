-- Deploy tradelatch:helpers/take_findings_turn to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.take_findings_turn()
returns void
language plpgsql
volatile
as $$
declare
    v_holders jsonb;
begin
    update monitoring.findings_turn as t
    set taken_at = clock_timestamp();
exception
    when lock_not_available then
        select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'pid', l.pid,
            'user_name', coalesce(a.usename, x.owner),
            'application_name', coalesce(a.application_name, 'prepared ' || quote_literal(x.gid))
        )))
        into v_holders
        from pg_locks as l
        left join pg_stat_activity as a on a.pid = l.pid
        -- a prepared transaction is known by the lock that each holds on its own id
        left join pg_locks as t
            on l.pid is null
                and t.pid is null
                and t.virtualtransaction = l.virtualtransaction
                and t.locktype = 'transactionid'
        left join pg_prepared_xacts as x on x.transaction = t.transactionid
        where l.relation = 'monitoring.findings_turn'::regclass
            and l.mode = 'RowExclusiveLock'
            and l.pid is distinct from pg_backend_pid()
            -- who waits as we do has written nothing
            and not exists (select from pg_locks as w where w.pid = l.pid and not w.granted);

        raise exception using
            errcode = '55P03',
            message = format(
                'record_findings could not run, and no alert is raised meanwhile: %s of user %s has not ended its transaction',
                coalesce('process ' || (v_holders -> 0 ->> 'pid'), v_holders -> 0 ->> 'application_name', 'somebody'),
                coalesce(v_holders -> 0 ->> 'user_name', 'unknown')
            ),
            detail = json_build_object('holders', coalesce(v_holders, '[]'))::text;
end
$$;

comment on function monitoring.take_findings_turn() is
'One run of record_findings at a time: the second waits for the first. 55P03 after the caller''s lock_timeout; DETAIL names who is at it.';

revoke all on function monitoring.take_findings_turn() from public;

commit;
