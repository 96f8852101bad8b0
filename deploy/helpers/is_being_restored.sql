-- Deploy tradelatch:helpers/is_being_restored to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_being_restored(position_id bigint)
returns boolean
language plpgsql
stable
as $$
begin
    return exists (
        select
        from monitoring.position_backups as b
        where b.position_id = is_being_restored.position_id
            and b.restored_in = pg_current_xact_id_if_assigned()
    );
end
$$;

comment on function monitoring.is_being_restored(bigint) is 'Whether this transaction is the one that restores the position from a backup.';

revoke all on function monitoring.is_being_restored(bigint) from public;

commit;
