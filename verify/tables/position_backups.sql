-- Verify tradelatch:tables/position_backups on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.position_backups'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select
    backup_id,
    position_id,
    made_at,
    made_by,
    reason,
    position,
    events,
    user_name,
    application_name,
    restored_at,
    restored_in
from monitoring.position_backups
where false;

select 1 / count(*)
from pg_catalog.pg_trigger as t
where t.tgrelid = 'monitoring.position_backups'::regclass
    and t.tgname = 'position_backups_refuse_removal'
    and t.tgenabled = 'O';

select 1 / count(*)
from pg_catalog.pg_index as i
where i.indexrelid = 'monitoring.position_backups_position'::regclass
    and i.indisvalid;

rollback;
