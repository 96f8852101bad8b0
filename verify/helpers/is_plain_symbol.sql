-- Verify tradelatch:helpers/is_plain_symbol on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_plain_symbol(text)',
    returns => 'boolean',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.is_plain_symbol(''APTUSDT'')', monitoring.is_plain_symbol('APTUSDT'), true);
select pg_temp.assert_equal('monitoring.is_plain_symbol(''aptusdt'')', monitoring.is_plain_symbol('aptusdt'), false);

rollback;
