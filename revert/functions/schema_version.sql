-- Revert tradelatch:functions/schema_version from pg
-- The last change of the plan is the first to go: it refuses while anything would be lost.

begin;

do $$
begin
    if exists (select from tradelatch.open_positions) then
        raise exception using
            errcode = 'TL008',
            message = 'positions are open: nobody would drive them, and their slots would be free',
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

drop function tradelatch.schema_version();

commit;
