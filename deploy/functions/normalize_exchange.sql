-- Deploy tradelatch:functions/normalize_exchange to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.normalize_exchange(exchange text)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return monitoring.canonical_exchange(normalize_exchange.exchange);
end
$$;

comment on function tradelatch.normalize_exchange(text) is
$$The name under which a venue stands in the book: lower case, aliases resolved. ' Binance ' and binanceusdm are binance; a venue that has no alias is
its own. The views are to be asked for that name; the functions take any.
Errors: 22023.$$;

revoke all on function tradelatch.normalize_exchange(text) from public;
grant execute on function tradelatch.normalize_exchange(text) to tradelatch_reader;

commit;
