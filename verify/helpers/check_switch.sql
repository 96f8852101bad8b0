-- Verify tradelatch:helpers/check_switch on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.check_switch(text, boolean)',
    returns => 'boolean',
    volatility => 'immutable'
);

select pg_temp.assert_equal('monitoring.check_switch(''x'', false)', monitoring.check_switch('x', false), false);

rollback;
