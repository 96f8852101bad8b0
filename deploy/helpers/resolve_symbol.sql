-- Deploy tradelatch:helpers/resolve_symbol to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.resolve_symbol(exchange text, symbol text)
returns text
language plpgsql
stable
as $$
declare
    v_symbol text collate "C" := tradelatch.normalize_symbol(resolve_symbol.symbol);
begin
    return coalesce(monitoring.known_aliases() #>> array[resolve_symbol.exchange, v_symbol], v_symbol);
end
$$;

comment on function monitoring.resolve_symbol(text, text) is
'The symbol that a spelling stands for on an exchange: normalized, then by the exchange''s own ids. exchange is canonical. 22023 for what is no symbol.';

revoke all on function monitoring.resolve_symbol(text, text) from public;

commit;
