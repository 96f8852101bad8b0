-- Deploy tradelatch:helpers/is_coherent to pg
-- Made from the definition of the open set, when it is deployed.

\ir ../settings.psql

begin;

set local role tradelatch_owner;

do $$
begin
    execute pg_catalog.format(
        $function$
            create function monitoring.is_coherent(
                status text, closed_at timestamptz, stop_loss_price numeric, side text, position_side text
            )
            returns boolean
            language plpgsql
            immutable
            parallel safe
            as $body$
            begin
                return case
                    when closed_at is null then
                        status operator(pg_catalog.=) any (%1$L::pg_catalog.text[])
                        and (status operator(pg_catalog.<>) 'active' or stop_loss_price is not null)
                    else status operator(pg_catalog.=) any (%2$L::pg_catalog.text[])
                end and (position_side operator(pg_catalog.=) 'both' or position_side operator(pg_catalog.=) side);
            end
            $body$
        $function$,
        (select pg_catalog.array_agg(s.status order by s.status) from monitoring.position_statuses as s where s.is_open),
        (select pg_catalog.array_agg(s.status order by s.status) from monitoring.position_statuses as s where not s.is_open)
    );
end
$$;

comment on function monitoring.is_coherent(text, timestamptz, numeric, text, text) is
'The CHECK of a row of monitoring.positions: closed_at is null exactly while the status is open, an active position has a stop-loss, and a position side other than both is the side. One call with few arguments, because PostgreSQL prepares every CHECK anew for every UPDATE.';

revoke all on function monitoring.is_coherent(text, timestamptz, numeric, text, text) from public;

commit;
