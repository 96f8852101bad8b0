-- Deploy tradelatch:helpers/check_orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_orders(argument text, orders text[])
returns text[]
language plpgsql
immutable
as $$
declare
    v_name text;
begin
    if check_orders.orders is null then
        perform monitoring.refuse_argument(check_orders.argument, 'must not be null');
    elsif cardinality(check_orders.orders) > 1000 then
        perform monitoring.refuse_argument(check_orders.argument, 'must have at most 1000 names');
    end if;
    foreach v_name in array check_orders.orders loop
        perform monitoring.check_text(check_orders.argument, v_name, 103);
    end loop;
    return check_orders.orders;
end
$$;

comment on function monitoring.check_orders(text, text[]) is
'Names of orders, or 22023 where one is null, empty, overlong (103 characters) or has control or bidirectional characters.';

revoke all on function monitoring.check_orders(text, text[]) from public;

commit;
