-- Verify tradelatch:types/symbol on pg

begin;

select 1 / count(*)
from pg_catalog.pg_type as t
where t.oid = 'monitoring.symbol'::regtype
    and t.typowner = 'tradelatch_owner'::regrole
    and t.typbasetype = 'text'::regtype
    and not pg_catalog.has_type_privilege('public', t.oid, 'usage');

select 'BTCUSDT-261225'::monitoring.symbol;

do $$
declare
    v_bad text;
begin
    foreach v_bad in array array['', 'btcusdt', 'BTC/USDT', 'BTC USDT']::text[] loop
        begin
            perform v_bad::monitoring.symbol;
        exception
            when check_violation then continue;
        end;
        raise exception 'monitoring.symbol takes %', v_bad;
    end loop;
end
$$;

rollback;
