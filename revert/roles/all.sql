-- Revert tradelatch:roles/all from pg
-- All six roles go, or none: as long as one has members, or anything in any database of the cluster names one, they stay.

begin;

set local search_path = pg_catalog, pg_temp;

do $$
declare
    v_roles oid[] := array(
        select r.oid
        from pg_catalog.pg_roles as r
        where r.rolname in (
            'tradelatch_feed', 'tradelatch_watcher', 'tradelatch_operator', 'tradelatch_bot', 'tradelatch_reader', 'tradelatch_owner'
        )
    );
begin
    if exists (
        select
        from pg_catalog.pg_auth_members as m
        where m.roleid = any (v_roles)
            and m.member <> all (v_roles || current_user::regrole::oid)
    ) or exists (
        select
        from pg_catalog.pg_shdepend as d
        where d.refclassid = 'pg_catalog.pg_authid'::regclass
            and d.refobjid = any (v_roles)
    ) then
        raise notice 'the roles of tradelatch are still in use, they stay';
    else
        drop role if exists
            tradelatch_feed, tradelatch_watcher, tradelatch_operator, tradelatch_bot, tradelatch_reader, tradelatch_owner;
    end if;
exception
    -- From PostgreSQL 16 on, who may create roles may drop only those of his own.
    when insufficient_privilege then
        raise notice 'the roles of tradelatch stay: %', sqlerrm;
end
$$;

commit;
