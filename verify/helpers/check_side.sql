-- Verify tradelatch:helpers/check_side on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_side(text, text)',
    returns => 'text',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_side('' LONG '')', monitoring.check_side(' LONG '), 'long');

rollback;
