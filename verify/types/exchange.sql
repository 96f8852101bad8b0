-- Verify tradelatch:types/exchange on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.exchange'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'binance'::monitoring.exchange;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['', 'Binance', ' binance', repeat('x', 51)]::text[] loop
        begin
            perform v_bad::monitoring.exchange;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.exchange takes %', v_bad;
    end loop;
end
$$;

rollback;
