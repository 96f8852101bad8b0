-- Deploy tradelatch:roles/all to pg
-- Six roles that nobody logs in as. Roles belong to the whole cluster, so another database may have made them already.

\ir ../settings.psql

begin;

do $$
declare
    v_role record;
begin
    for v_role in
        select *
        from (values
            ('tradelatch_owner', null, 'Owns the schemas, tables and functions of tradelatch.'),
            ('tradelatch_reader', null, 'Reads the views of tradelatch; calls what changes nothing.'),
            ('tradelatch_bot', 'tradelatch_reader', 'A reader that also opens, drives and closes positions.'),
            ('tradelatch_operator', 'tradelatch_bot', 'A bot that may also take over, release, clean up and restore.'),
            ('tradelatch_watcher', 'tradelatch_reader', 'A reader that also records findings, and so raises alerts.'),
            ('tradelatch_feed', null, 'Records prices and the names of markets, and reads nothing.')
        ) as wanted (name, is_also, purpose)
    loop
        if not exists (select from pg_catalog.pg_roles as r where r.rolname = v_role.name) then
            begin
                execute pg_catalog.format('create role %I nologin', v_role.name);
                execute pg_catalog.format('comment on role %I is %L', v_role.name, v_role.purpose);
            exception
                when duplicate_object or unique_violation then
                    raise notice 'role % was made by another deploy', v_role.name;
            end;
        end if;
        if v_role.is_also is not null and not pg_catalog.pg_has_role(v_role.name, v_role.is_also, 'usage') then
            execute pg_catalog.format('grant %I to %I', v_role.is_also, v_role.name);
        end if;
    end loop;
end
$$;

commit;
