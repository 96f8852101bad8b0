-- Deploy tradelatch:helpers/legal_moves to pg
-- Made from the list of legal moves, when it is deployed: a constant costs a move a fifth of what looking into the table does.

\ir ../settings.psql

begin;

\ir ../owner.psql

do $$
begin
    execute pg_catalog.format(
        $function$
            create function monitoring.legal_moves()
            returns jsonb
            language sql
            immutable
            parallel safe
            return %L::jsonb
        $function$,
        (
            select pg_catalog.jsonb_object_agg(f.from_status, f.statuses)
            from (
                select
                    t.from_status,
                    pg_catalog.jsonb_object_agg(t.to_status, t.moves) as statuses
                from (
                    select
                        t.from_status,
                        t.to_status,
                        pg_catalog.jsonb_build_object('', t.to_is_open) || pg_catalog.jsonb_object_agg(t.move, t.to_is_open) as moves
                    from monitoring.position_transitions as t
                    group by t.from_status, t.to_status, t.to_is_open
                ) as t
                group by t.from_status
            ) as f
        )
    );
end
$$;

comment on function monitoring.legal_moves() is
'monitoring.position_transitions as one object: from_status, then to_status, then move; the value is whether the position is open then. The move without a name is any of them.';

revoke all on function monitoring.legal_moves() from public;

commit;
