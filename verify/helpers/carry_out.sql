-- Verify tradelatch:helpers/carry_out on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.carry_out(tradelatch.finding, text, text, uuid)',
    returns => 'tradelatch.cleanup_action',
    volatility => 'volatile'
);

rollback;
