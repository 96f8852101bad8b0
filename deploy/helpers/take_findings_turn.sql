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
        select jsonb_agg(jsonb_build_object(
            'pid', l.pid, 'user_name', a.usename, 'application_name', a.application_name
        ))
        into v_holders
        from pg_locks as l
        left join pg_stat_activity as a on a.pid = l.pid
        where l.relation = 'monitoring.findings_turn'::regclass
            and l.mode = 'RowExclusiveLock'
            and l.pid <> pg_backend_pid()
            -- who waits as we do has written nothing
            and l.pid not in (select w.pid from pg_locks as w where not w.granted);

        raise exception using
            errcode = '55P03',
            message = format(
                'record_findings could not run, and no alert is raised meanwhile: process %s of user %s has not ended its transaction',
                coalesce(v_holders -> 0 ->> 'pid', 'unknown'), coalesce(v_holders -> 0 ->> 'user_name', 'unknown')
            ),
            detail = json_build_object('holders', coalesce(v_holders, '[]'))::text;
end
$$;

comment on function monitoring.take_findings_turn() is
'One run of record_findings at a time: the second waits for the first. 55P03 after the caller''s lock_timeout; DETAIL names who is at it.';

revoke all on function monitoring.take_findings_turn() from public;

commit;
