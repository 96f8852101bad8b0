-- Deploy tradelatch:helpers/check_amount to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_amount(argument text, value numeric, optional boolean default false)
returns numeric
language plpgsql
immutable
as $$
begin
    if check_amount.value is null then
        if not check_amount.optional then
            perform monitoring.refuse_argument(check_amount.argument, 'must not be null');
        end if;
    elsif not monitoring.is_amount(check_amount.value) then
        perform monitoring.refuse_argument(check_amount.argument, 'must be above 0 and below 1e30', check_amount.value::text);
    end if;
    return check_amount.value;
end
$$;

comment on function monitoring.check_amount(text, numeric, boolean) is
'The quantity or price, or 22023 where it is not above 0 and below 1e30; null only where it is optional.';

revoke all on function monitoring.check_amount(text, numeric, boolean) from public;

commit;
