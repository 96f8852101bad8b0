-- Deploy tradelatch:tables/symbol_aliases to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.symbol_aliases (
    exchange monitoring.exchange not null,
    alias monitoring.symbol not null,
    symbol monitoring.symbol not null,
    recorded_at timestamptz not null default clock_timestamp(),
    user_name text not null default session_user,
    primary key (exchange, alias),
    constraint symbol_aliases_differ check (alias <> symbol)
);

comment on table monitoring.symbol_aliases is
'An exchange''s own ids of its markets, where tradelatch.normalize_symbol does not lead from the id to the symbol: Bybit''s BTCPERP is BTCUSDC. Written by tradelatch.record_aliases alone, which makes monitoring.known_aliases() from it.';

commit;
