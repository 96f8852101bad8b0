-- Deploy tradelatch:helpers/check_text to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_text(argument text, value text, longest integer, optional boolean default false)
returns text
language plpgsql
immutable
as $$
begin
    if check_text.value is null then
        if not check_text.optional then
            perform monitoring.refuse_argument(check_text.argument, 'must not be null');
        end if;
    elsif not monitoring.is_plain_text(check_text.value, check_text.longest) then
        perform monitoring.refuse_argument(
            check_text.argument,
            format('must be 1 to %s characters, none of them a control or bidirectional one', check_text.longest),
            check_text.value
        );
    end if;
    return check_text.value;
end
$$;

comment on function monitoring.check_text(text, text, integer, boolean) is
'The value, or 22023 where it is empty, overlong or has control or bidirectional characters; null only where it is optional.';

revoke all on function monitoring.check_text(text, text, integer, boolean) from public;

commit;
