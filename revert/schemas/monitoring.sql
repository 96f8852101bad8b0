-- Revert tradelatch:schemas/monitoring from pg
-- A schema that was there before goes back to whom it belonged.

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/join_owner.psql

select pg_catalog.to_regclass('monitoring.legacy_state') is not null as was_there
\gset

\if :was_there

do $$
declare
    v_statements text[] := array(select s.statement from monitoring.legacy_state as s where s.part = 'schema' order by s.place);
    v_owner text := substring(v_statements[1] from 'owner to (.*)');
    v_statement text;
begin
    if v_owner <> 'tradelatch_owner' then
        execute pg_catalog.format('revoke all on schema monitoring from %s', v_owner);
    end if;
    drop table monitoring.legacy_state;
    foreach v_statement in array v_statements loop
        execute v_statement;
    end loop;
end
$$;

\else

drop schema monitoring;

\endif

\ir ../../deploy/leave_owner.psql

commit;
