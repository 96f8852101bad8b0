-- Deploy tradelatch:helpers/read_quantity to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.read_quantity(argument text, value jsonb)
returns numeric
language plpgsql
immutable
as $$
declare
    v_quantity numeric := monitoring.read_number(read_quantity.argument, read_quantity.value);
begin
    if (v_quantity = 0 or monitoring.is_amount(v_quantity)) is not true then
        perform monitoring.refuse_argument(
            read_quantity.argument, 'must be 0, or above 0 and below 1e30', v_quantity::text
        );
    end if;
    return v_quantity;
end
$$;

comment on function monitoring.read_quantity(text, jsonb) is
'The quantity that a JSON value means, 0 for flat, or 22023.';

revoke all on function monitoring.read_quantity(text, jsonb) from public;

commit;
