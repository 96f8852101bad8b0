-- Verify tradelatch:tables/exchange_aliases on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.exchange_aliases'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select 1 / count(*)
from monitoring.exchange_aliases
where alias = 'binanceusdm' and exchange = 'binance';

rollback;
