-- Verify tradelatch:tables/alerts on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.alerts'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select
    xid,
    id,
    at,
    alert,
    severity,
    position_id,
    exchange,
    account,
    symbol,
    position_side,
    detail,
    user_name,
    application_name
from monitoring.alerts
where false;

rollback;
