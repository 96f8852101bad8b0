-- Deploy tradelatch:helpers/check_details to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_details(details jsonb)
returns jsonb
language plpgsql
immutable
as $$
begin
    if check_details.details is null then
        perform monitoring.refuse_argument('details', 'must not be null');
    elsif jsonb_typeof(check_details.details) <> 'object' then
        perform monitoring.refuse_argument('details', 'must be a JSON object', check_details.details::text);
    elsif pg_column_size(check_details.details) > 32768 then
        perform monitoring.refuse_argument('details', 'must not be larger than 32 kB');
    -- What would stop whoever reads it: few programs take JSON that is nested a thousand times, or an integer of thousands of digits;
    -- and 1e100000 is a few bytes here, and a hundred thousand wherever it is printed.
    elsif check_details.details @? '$.**{65}' then
        perform monitoring.refuse_argument('details', 'must not be nested deeper than 64 levels');
    elsif check_details.details @? '$.** ? (@.type() == "number" && @.abs() >= 1e1000)' then
        perform monitoring.refuse_argument('details', 'must not have numbers of more than 1000 digits');
    elsif octet_length(check_details.details::text) > 32768 then
        perform monitoring.refuse_argument('details', 'must not be larger than 32 kB');
    end if;
    return check_details.details;
end
$$;

comment on function monitoring.check_details(jsonb) is 'The details, or 22023 where they are not a JSON object of at most 32 kB and 64 levels, with numbers of at most 1000 digits.';

revoke all on function monitoring.check_details(jsonb) from public;

commit;
