-- Deploy tradelatch:helpers/is_coherent to pg
-- Made from the definition of the open set, when it is deployed, before the table: it cannot name the type of its rows.

\ir ../settings.psql

begin;

\ir ../owner.psql

do $$
begin
    execute pg_catalog.format(
        $function$
            create function monitoring.is_coherent(book_row anyelement)
            returns boolean
            language plpgsql
            immutable
            parallel safe
            as $body$
            begin
                return case
                    when book_row.closed_at is null then
                        book_row.status operator(pg_catalog.=) any (%1$L::pg_catalog.text[])
                        and (book_row.status operator(pg_catalog.<>) 'active' or book_row.stop_loss_price is not null)
                    else book_row.status operator(pg_catalog.=) any (%2$L::pg_catalog.text[])
                end and (
                    book_row.position_side operator(pg_catalog.=) 'both'
                    or book_row.position_side operator(pg_catalog.=) book_row.side
                );
            end
            $body$
        $function$,
        (select pg_catalog.array_agg(s.status order by s.status) from monitoring.position_statuses as s where s.is_open),
        (select pg_catalog.array_agg(s.status order by s.status) from monitoring.position_statuses as s where not s.is_open)
    );
end
$$;

comment on function monitoring.is_coherent(anyelement) is
'The CHECK of a row of monitoring.positions: closed_at is null exactly while the status is open, an active position has a stop-loss, and a position side other than both is the side. One call with the whole row, because PostgreSQL reads and prepares every CHECK anew for every UPDATE, and each argument costs.';

revoke all on function monitoring.is_coherent(anyelement) from public;

commit;
