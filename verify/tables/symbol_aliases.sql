-- Verify tradelatch:tables/symbol_aliases on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.symbol_aliases', 'table');

select
    exchange,
    alias,
    symbol,
    recorded_at,
    user_name
from monitoring.symbol_aliases
where false;

rollback;
