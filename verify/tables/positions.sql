-- Verify tradelatch:tables/positions on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.positions'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.position_fence'::regclass
    and c.relkind = 'S'
    and not pg_catalog.has_sequence_privilege('tradelatch_operator', c.oid, 'usage, select, update');

\ir ../../deploy/adoption/prices.psql
\if :has_prices

select 1 / count(*)
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_attribute as a on a.attrelid = t.tgrelid and a.attname = 'priced_at'
where t.tgrelid = 'monitoring.positions'::regclass
    and t.tgname = 'positions_priced'
    and t.tgfoid = 'monitoring.stamp_price()'::regprocedure
    and t.tgtype = 19 -- before update, for each row
    and t.tgenabled = 'O';

\endif

rollback;
