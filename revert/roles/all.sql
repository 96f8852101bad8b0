-- Revert tradelatch:roles/all from pg
-- A role that has members, or that anything in any database of the cluster still names, stays.

begin;

do $$
declare
    v_role text;
begin
    foreach v_role in array array['tradelatch_operator', 'tradelatch_bot', 'tradelatch_reader', 'tradelatch_owner'] loop
        if exists (
            select
            from pg_catalog.pg_auth_members as m
            where m.roleid = v_role::regrole
                and m.member <> current_user::regrole
        ) or exists (
            select
            from pg_catalog.pg_shdepend as d
            where d.refclassid = 'pg_catalog.pg_authid'::regclass
                and d.refobjid = v_role::regrole
        ) then
            raise notice 'role % is still in use, it stays', v_role;
        else
            begin
                execute pg_catalog.format('drop role %I', v_role);
            exception
                when insufficient_privilege or dependent_objects_still_exist then
                    raise notice 'role % stays: %', v_role, sqlerrm;
            end;
        end if;
    end loop;
end
$$;

commit;
