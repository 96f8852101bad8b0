-- Verify tradelatch:helpers/is_amount on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_amount(numeric)',
    returns => 'boolean',
    volatility => 'immutable',
    or_old_writers => true
);

select pg_temp.assert_equal('monitoring.is_amount(0.1)', monitoring.is_amount(0.1), true);
select pg_temp.assert_equal('monitoring.is_amount(0)', monitoring.is_amount(0), false);
select pg_temp.assert_equal('monitoring.is_amount(''NaN'')', monitoring.is_amount('NaN'), false);
select pg_temp.assert_equal('monitoring.is_amount(''Infinity'')', monitoring.is_amount('Infinity'), false);
select pg_temp.assert_equal('monitoring.is_amount(1e30)', monitoring.is_amount(1e30), false);

rollback;
