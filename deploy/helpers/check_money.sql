-- Deploy tradelatch:helpers/check_money to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_money(argument text, value numeric)
returns numeric
language plpgsql
immutable
as $$
begin
    if not (check_money.value > -1e30 and check_money.value < 1e30) then
        perform monitoring.refuse_argument(check_money.argument, 'must be between -1e30 and 1e30', check_money.value::text);
    end if;
    return check_money.value;
end
$$;

comment on function monitoring.check_money(text, numeric) is
'The profit, loss or fee, or 22023 where it is not between -1e30 and 1e30. Null is not known.';

revoke all on function monitoring.check_money(text, numeric) from public;

commit;
