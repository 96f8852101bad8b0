-- Deploy tradelatch:functions/set_stale_after to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.set_stale_after(stale_after interval)
returns interval
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_stale_after interval := monitoring.check_age('stale_after', set_stale_after.stale_after);
begin
    perform monitoring.keep_durable();
    update monitoring.findings_turn as t
    set stale_after = v_stale_after;
    return v_stale_after;
end
$$;

comment on function tradelatch.set_stale_after(interval) is
$$How long a position may stay unfinished before record_findings calls it overdue, from now on and for every schedule; for operators. 5 minutes at first.
stale_after: at least 0.
Outcomes: none; it returns the age, in seconds.
Errors: 22023; 55P03 record_findings is at work; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.set_stale_after(interval) from public;
grant execute on function tradelatch.set_stale_after(interval) to tradelatch_operator;

commit;
