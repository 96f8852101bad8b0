-- Verify tradelatch:views/priced_positions on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.priced_positions'::regclass
    and c.relkind = 'v'
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select');

select
    p.mark_price,
    p.mark_profit,
    p.marked_at
from monitoring.priced_positions as p
where false;

rollback;
