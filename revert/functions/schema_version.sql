-- Revert tradelatch:functions/schema_version from pg
-- The last change of the plan is the first to go: it refuses while anything would be lost.

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/join_owner.psql

\ir ../../deploy/adoption/surroundings.psql
\ir ../../deploy/adoption/strangers.psql
do $$
begin
    perform pg_temp.refuse_strangers('TL008', 'Nothing was undone. See docs/deploy.md.');
end
$$;

select pg_catalog.count(*) > 0 as was_there
from pg_catalog.pg_attribute as a
where a.attrelid = 'monitoring.positions'::regclass
    and a.attname = 'signal_id'
    and not a.attisdropped
\gset

\if :was_there

\ir ../adoption/losses.psql

\else

do $$
begin
    if exists (select from tradelatch.open_positions) then
        raise exception using
            errcode = 'TL008',
            message = 'TL008: positions are open: nobody would drive them, and their slots would be free',
            detail = (
                select pg_catalog.json_agg(
                    pg_catalog.json_build_object('position_id', o.position_id, 'symbol', o.symbol, 'exchange', o.exchange, 'status', o.status)
                    order by o.position_id
                )
                from tradelatch.open_positions as o
            )::text,
            hint = 'Finish or close them, then revert again.';
    end if;
end
$$;

\endif

drop function tradelatch.schema_version();

\ir ../../deploy/leave_owner.psql

commit;
