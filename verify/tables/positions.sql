-- Verify tradelatch:tables/positions on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.positions'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

-- The constraint's open set is the table's.
select 1 / (count(*) = 1)::integer
from pg_catalog.pg_constraint as c
where c.conrelid = 'monitoring.positions'::regclass
    and c.conname = 'positions_status_check'
    and c.convalidated
    and pg_catalog.pg_get_constraintdef(c.oid) like (
        select
            '%WHEN (closed_at IS NULL) THEN (status = ANY (''' || array_agg(s.status order by s.status) filter (where s.is_open)::text
            || '''::text[]))%ELSE (status = ANY (''' || array_agg(s.status order by s.status) filter (where not s.is_open)::text
            || '''::text[]))%'
        from monitoring.position_statuses as s
    );

select 1 / (count(*) = 3)::integer
from pg_catalog.pg_constraint as c
where c.conrelid = 'monitoring.positions'::regclass
    and c.conname in ('positions_side_check', 'positions_origin_check', 'positions_protected_check')
    and c.convalidated;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.position_fence'::regclass
    and c.relkind = 'S'
    and not pg_catalog.has_sequence_privilege('tradelatch_operator', c.oid, 'usage, select, update');

rollback;
