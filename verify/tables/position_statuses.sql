-- Verify tradelatch:tables/position_statuses on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.position_statuses'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select 1 / count(*)
from (
    select
        array_agg(status order by status) filter (where is_open) as open_ones,
        array_agg(status order by status) filter (where not is_open) as terminal_ones
    from monitoring.position_statuses
) as s
where s.open_ones = '{active,entry_placed,pending_close,pending_entry,pending_rollback,pending_sl}'
    and s.terminal_ones = '{canceled,closed,failed,rolled_back}';

rollback;
