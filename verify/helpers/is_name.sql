-- Verify tradelatch:helpers/is_name on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_name(text, integer)',
    returns => 'boolean',
    volatility => 'immutable',
    or_old_writers => true
);

select pg_temp.assert_equal('monitoring.is_name(''a b'', 3)', monitoring.is_name('a b', 3), true);
select pg_temp.assert_equal('monitoring.is_name(E''a\u00a0'', 3)', monitoring.is_name(E'a\u00a0', 3), false);
select pg_temp.assert_equal('monitoring.is_name(E''\u200ba'', 3)', monitoring.is_name(E'\u200ba', 3), false);

rollback;
