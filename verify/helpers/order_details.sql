-- Verify tradelatch:helpers/order_details on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.order_details(monitoring.positions)',
    returns => 'TABLE(name text, kind text, since timestamp with time zone, in_hand_until timestamp with time zone, '
    'others_until timestamp with time zone, is_uncounted boolean)',
    volatility => 'stable',
    security => 'definer',
    settings => array['search_path=pg_catalog, pg_temp'],
    executable_by => array['tradelatch_reader']
);

rollback;
