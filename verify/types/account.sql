-- Verify tradelatch:types/account on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.account'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'Main'::monitoring.account;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['', ' main', E'a\nb', repeat('x', 65)]::text[] loop
        begin
            perform v_bad::monitoring.account;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.account takes %', v_bad;
    end loop;
end
$$;

rollback;
