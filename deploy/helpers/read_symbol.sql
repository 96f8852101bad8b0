-- Deploy tradelatch:helpers/read_symbol to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.read_symbol(argument text, exchange text, entry jsonb)
returns text
language plpgsql
stable
as $$
begin
    if jsonb_typeof(read_symbol.entry) <> 'object' then
        perform monitoring.refuse_argument(read_symbol.argument, 'must be a JSON object');
    elsif (
        jsonb_typeof(read_symbol.entry -> 'symbol') = 'string' and monitoring.is_name(read_symbol.entry ->> 'symbol', 64)
    ) is not true then
        perform monitoring.refuse_argument(
            read_symbol.argument || '.symbol', 'must be a name of 1 to 64 characters', read_symbol.entry ->> 'symbol'
        );
    end if;
    return monitoring.canonical_symbol(read_symbol.exchange, read_symbol.entry ->> 'symbol');
end
$$;

comment on function monitoring.read_symbol(text, text, jsonb) is
'The canonical symbol of an entry of a snapshot or of marks, or 22023 where it is no object or has no name. argument is the place of the entry, exchange canonical.';

revoke all on function monitoring.read_symbol(text, text, jsonb) from public;

commit;
