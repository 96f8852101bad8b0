-- Deploy tradelatch:views/backups to pg

begin;

set local role tradelatch_owner;

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
'What restore_backup can give back: one row for each position of each backup; the columns are explained at monitoring.position_backups.';

grant select on tradelatch.backups to tradelatch_operator;

commit;
