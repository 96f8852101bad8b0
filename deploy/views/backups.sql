-- Deploy tradelatch:views/backups to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.backups as
select
    b.backup_id,
    b.position_id,
    b.made_at,
    b.made_by,
    b.reason,
    b.user_name,
    b.application_name,
    b.restored_at,
    b.position,
    b.events
from monitoring.position_backups as b;

comment on view tradelatch.backups is
'What restore_backup can give back: one row for each position of each backup.';
comment on column tradelatch.backups.backup_id is
'The argument of restore_backup; one call that ends several positions makes one backup.';
comment on column tradelatch.backups.position_id is 'Whose backup it is.';
comment on column tradelatch.backups.made_at is 'When it was made.';
comment on column tradelatch.backups.reason is 'The reason that the caller gave.';
comment on column tradelatch.backups.user_name is 'session_user of the caller.';
comment on column tradelatch.backups.application_name is 'application_name of the caller''s session.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.backups', 'monitoring.position_backups');

grant select on tradelatch.backups to tradelatch_operator;

commit;
