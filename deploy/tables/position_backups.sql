-- Deploy tradelatch:tables/position_backups to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.position_backups (
    backup_id uuid not null,
    position_id bigint not null,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    reason text not null,
    position jsonb,
    events jsonb not null,
    user_name text not null default session_user,
    application_name text not null default current_setting('application_name'),
    restored_at timestamptz,
    restored_in xid8,
    primary key (backup_id, position_id)
);

comment on table monitoring.position_backups is
'Positions as they were before an operator''s function ended them, written in the same transaction. tradelatch.restore_backup gives them back.';
comment on column monitoring.position_backups.made_by is 'The function: cleanup, reconcile or release_position.';
comment on column monitoring.position_backups.position is 'The whole row; null where the function adopted the position, so that there was none.';
comment on column monitoring.position_backups.events is 'All its events, oldest first.';
comment on column monitoring.position_backups.restored_at is 'When it was restored; null while it was not.';
comment on column monitoring.position_backups.restored_in is 'The transaction that restores it, while it does so: then alone its move is legal.';

create index position_backups_position on monitoring.position_backups (position_id);

create trigger position_backups_refuse_removal
before delete or truncate on monitoring.position_backups
for each statement execute function monitoring.refuse_removal();

commit;
