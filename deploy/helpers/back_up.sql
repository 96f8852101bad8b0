-- Deploy tradelatch:helpers/back_up to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.back_up(
    backup_id uuid, book_row monitoring.positions, made_by text, reason text, existed boolean default true
)
returns void
language plpgsql
volatile
as $$
begin
    insert into monitoring.position_backups (backup_id, position_id, made_by, reason, position, events)
    values (
        back_up.backup_id,
        book_row.id,
        back_up.made_by,
        back_up.reason,
        case when back_up.existed then to_jsonb(back_up.book_row) end,
        coalesce(
            (
                select jsonb_agg(to_jsonb(e) order by e.id)
                from monitoring.position_events as e
                where e.position_id = book_row.id and back_up.existed
            ),
            '[]'
        )
    );
end
$$;

comment on function monitoring.back_up(uuid, monitoring.positions, text, text, boolean) is
'Writes a position and all its events into monitoring.position_backups. existed is false for one that the function is making.';

revoke all on function monitoring.back_up(uuid, monitoring.positions, text, text, boolean) from public;

commit;
