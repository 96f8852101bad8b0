-- Verify tradelatch:helpers/is_plain_number on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_plain_number(text)',
    returns => 'boolean',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.is_plain_number(''1.50'')', monitoring.is_plain_number('1.50'), true);
select pg_temp.assert_equal('monitoring.is_plain_number(''-1'')', monitoring.is_plain_number('-1'), false);

rollback;
