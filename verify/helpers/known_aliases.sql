-- Verify tradelatch:helpers/known_aliases on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.known_aliases()',
    returns => 'jsonb',
    volatility => 'stable'
);

select pg_temp.assert_function(
    'monitoring.make_known_aliases()',
    returns => 'void',
    volatility => 'volatile'
);

-- A copy of the tables alone, by logical replication for one, leaves it behind: record_aliases(exchange, '{}') makes it anew.
select pg_temp.assert_equal(
    'monitoring.known_aliases()',
    monitoring.known_aliases(),
    (
        select coalesce(jsonb_object_agg(e.exchange, e.aliases), '{}')
        from (
            select
                a.exchange,
                jsonb_object_agg(a.alias, a.symbol) as aliases
            from monitoring.symbol_aliases as a
            group by a.exchange
        ) as e
    )
);

rollback;
