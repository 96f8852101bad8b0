-- Deploy tradelatch:helpers/known_aliases to pg
-- A constant, as monitoring.legal_moves is: a look into the table costs a move twenty times as much.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.make_known_aliases()
returns void
language plpgsql
volatile
as $$
begin
    -- Stable, not immutable: it is inlined all the same, and a plan that has it inside is made anew once it is replaced.
    execute pg_catalog.format(
        $function$
            create or replace function monitoring.known_aliases()
            returns jsonb
            language sql
            stable
            parallel safe
            return %L::jsonb
        $function$,
        coalesce(
            (
                select pg_catalog.jsonb_object_agg(e.exchange, e.aliases)
                from (
                    select
                        a.exchange,
                        pg_catalog.jsonb_object_agg(a.alias, a.symbol) as aliases
                    from monitoring.symbol_aliases as a
                    group by a.exchange
                ) as e
            ),
            '{}'
        )
    );
end
$$;

comment on function monitoring.make_known_aliases() is
'Makes monitoring.known_aliases() from the table monitoring.symbol_aliases.';

revoke all on function monitoring.make_known_aliases() from public;

select monitoring.make_known_aliases();

comment on function monitoring.known_aliases() is
'The table monitoring.symbol_aliases as one object: exchange, then alias; the value is the symbol. Replaced by monitoring.make_known_aliases.';

revoke all on function monitoring.known_aliases() from public;

commit;
