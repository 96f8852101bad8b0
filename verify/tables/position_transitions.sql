-- Verify tradelatch:tables/position_transitions on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.position_transitions'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

-- Nothing leads out of a terminal status, and every status is reached.
select 1 / (bool_and(s.is_open or t.to_status = t.from_status) and count(*) > 60)::integer
from monitoring.position_transitions as t
inner join monitoring.position_statuses as s on s.status = t.from_status;

select 1 / (count(distinct t.to_status) = (select count(*) from monitoring.position_statuses) - 1)::integer
from monitoring.position_transitions as t
where t.from_status <> t.to_status;

rollback;
