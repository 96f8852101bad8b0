-- Verify tradelatch:tables/health_findings on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
inner join pg_catalog.pg_index as i on i.indexrelid = 'monitoring.health_findings_open'::regclass and i.indrelid = c.oid
where c.oid = 'monitoring.health_findings'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and i.indisvalid
    and i.indisunique
    and i.indnullsnotdistinct
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select
    id,
    check_name,
    severity,
    position_id,
    exchange,
    account,
    symbol,
    position_side,
    status,
    detail,
    action,
    opened_at,
    alerted_at,
    cleared_at
from monitoring.health_findings
where false;

rollback;
