-- Verify tradelatch:constraints/coherence on pg

begin;

select 1 / count(*)
from pg_catalog.pg_constraint as c
where c.conrelid = 'monitoring.positions'::regclass
    and c.conname = 'positions_coherent_check'
    and c.convalidated
    and pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(c.oid), '[()]|::[a-z]+', '', 'g')
    = 'CHECK monitoring.is_coherentstatus, closed_at, stop_loss_price, side, position_side';

-- Every column that has a domain elsewhere is held to it here, too, and nothing is left half-way.
select 1 / (
    exists (
        select
        from pg_catalog.pg_attribute as a
        where a.attrelid = 'monitoring.positions'::regclass
            and a.attname = 'symbol'
            and a.atttypid = 'monitoring.symbol'::regtype
    )
    or exists (
        select
        from pg_catalog.pg_constraint as c
        where c.conrelid = 'monitoring.positions'::regclass
            and c.conname = 'positions_domains_check'
            and c.convalidated
    )
)::integer;
select 1 / (count(*) = 0)::integer
from monitoring.positions as p
where p.order_key = '';

select 1 / count(*)
from pg_catalog.pg_attribute as a
where a.attrelid = 'monitoring.positions'::regclass and a.attname = 'updated_at' and a.attnotnull;

rollback;
