-- Deploy tradelatch:helpers/symbols_of to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.symbols_of(exchange text, symbol text)
returns text[]
language plpgsql
stable
as $$
declare
    v_symbol text;
begin
    if symbols_of.symbol is null then
        return null;
    elsif symbols_of.exchange is not null then
        return array[monitoring.canonical_symbol(symbols_of.exchange, symbols_of.symbol)];
    end if;
    v_symbol := tradelatch.normalize_symbol(symbols_of.symbol);
    return array(
        select v_symbol
        union
        select a.symbol::text
        from monitoring.symbol_aliases as a
        where a.alias = v_symbol
    );
end
$$;

comment on function monitoring.symbols_of(text, text) is
'What a spelling may stand for: on one exchange, or on any for null. Null for null; 22023 for what is no symbol. With several, ask monitoring.canonical_symbol for each exchange.';

revoke all on function monitoring.symbols_of(text, text) from public;

commit;
