-- Verify tradelatch:roles/all on pg

begin;

do $$
declare
    v_role text;
begin
    foreach v_role in array array['tradelatch_owner', 'tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator'] loop
        assert exists (
            select
            from pg_catalog.pg_roles as r
            where r.rolname = v_role
                and not (r.rolcanlogin or r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls)
        ), pg_catalog.format('role %s is missing, or may do more than it should', v_role);
    end loop;

    assert pg_catalog.pg_has_role('tradelatch_bot', 'tradelatch_reader', 'usage'), 'a bot is not a reader';
    assert pg_catalog.pg_has_role('tradelatch_operator', 'tradelatch_bot', 'usage'), 'an operator is not a bot';
    assert not pg_catalog.pg_has_role('tradelatch_reader', 'tradelatch_bot', 'member'), 'a reader is a bot';
    assert not pg_catalog.pg_has_role('tradelatch_bot', 'tradelatch_operator', 'member'), 'a bot is an operator';
    assert not pg_catalog.pg_has_role('tradelatch_operator', 'tradelatch_owner', 'member'), 'an operator is the owner';
end
$$;

rollback;
