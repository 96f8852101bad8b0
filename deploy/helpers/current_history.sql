-- Deploy tradelatch:helpers/current_history to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.current_history(
    out system_identifier bigint, out timeline integer, out table_oid oid, out is_standby boolean
)
language plpgsql
volatile
as $$
begin
    system_identifier := (select s.system_identifier from pg_control_system() as s);
    -- A restored dump makes its tables anew, in the same cluster too. pg_upgrade and copies of a template keep them.
    table_oid := to_regclass('monitoring.histories')::oid;
    is_standby := pg_is_in_recovery();
    if is_standby then
        timeline := (select c.timeline_id from pg_control_checkpoint() as c);
    else
        -- In the control file it is the one of the last checkpoint, minutes after a promotion.
        timeline := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer;
    end if;
end
$$;

comment on function monitoring.current_history() is
'What tells this database from one that was restored, promoted or copied: the system identifier of its cluster, the timeline, and the oid of monitoring.histories. On a standby the timeline is that of the last checkpoint it replayed.';

revoke all on function monitoring.current_history() from public;

commit;
