-- A query that mentions it has no parallel workers.

begin;
\ir setup.psql
select plan(8);

select is_internal('monitoring.without_workers()', 'immutable');
select ok(monitoring.without_workers(), 'is true');

-- Workers are taken wherever that is allowed, whatever they cost: where statistics say that the table is empty, as after a
-- takeover of an empty one, reading it costs nothing, and no worker makes that cheaper. PostgreSQL 16 renamed the setting.
select name as forced from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query') \gset
set local :forced = on;

create function has_workers(query text)
returns boolean
language plpgsql
as $$
declare
    v_plan jsonb;
begin
    execute format('explain (format json) %s', has_workers.query) into v_plan;
    return v_plan::text like '%"Gather%';
end
$$;
select ok(has_workers('select count(*) from monitoring.positions where closed_at is null'), 'others do');
select ok(not has_workers(v.query), v.query)
from unnest(array[
    'select count(*) from monitoring.positions where closed_at is null and monitoring.without_workers()',
    'select * from tradelatch.open_positions',
    'select * from tradelatch.health'
]) as v (query);

select * from finish();
rollback;
