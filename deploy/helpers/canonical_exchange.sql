-- Deploy tradelatch:helpers/canonical_exchange to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.canonical_exchange(exchange text)
returns text
language plpgsql
stable
as $$
declare
    v_exchange text collate "C" := lower(monitoring.check_name('exchange', canonical_exchange.exchange, 50) collate "C");
begin
    return coalesce((select a.exchange from monitoring.exchange_aliases as a where a.alias = v_exchange), v_exchange);
end
$$;

comment on function monitoring.canonical_exchange(text) is
'The venue segment in lower case, aliases resolved; a venue that has no alias is its own exchange. 22023 for what is no name.';

revoke all on function monitoring.canonical_exchange(text) from public;

commit;
