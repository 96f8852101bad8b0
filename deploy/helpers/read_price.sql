-- Deploy tradelatch:helpers/read_price to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called: what is written as it ordinarily is needs no call.
create function monitoring.read_price(argument text, written text, value jsonb)
returns numeric
language sql
immutable
return case
    when monitoring.is_plain_number(written) then nullif(written::numeric, 0)
    when written is not null
        then monitoring.check_amount(argument, nullif(monitoring.read_number(argument, value), 0), true)
end;

comment on function monitoring.read_price(text, text, jsonb) is
'The price that a JSON value means, or 22023; null where it is missing, null or 0, as some exchanges say that there is none. written: the same value as text.';

revoke all on function monitoring.read_price(text, text, jsonb) from public;

commit;
