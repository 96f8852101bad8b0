-- Verify tradelatch:tables/marks on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.marks'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and c.reloptions @> array['fillfactor=20']
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select
    exchange,
    account,
    symbol,
    position_side,
    position_id,
    price,
    unrealized_pnl,
    marked_at
from monitoring.marks
where false;

rollback;
