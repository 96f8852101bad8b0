-- Verify tradelatch:helpers/is_plain_text on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_plain_text(text, integer)',
    returns => 'boolean',
    volatility => 'immutable',
    or_old_writers => true
);

select pg_temp.assert_equal('monitoring.is_plain_text(''a b'', 3)', monitoring.is_plain_text('a b', 3), true);
select pg_temp.assert_equal('monitoring.is_plain_text('''', 3)', monitoring.is_plain_text('', 3), false);
select pg_temp.assert_equal('monitoring.is_plain_text(''abcd'', 3)', monitoring.is_plain_text('abcd', 3), false);
select pg_temp.assert_equal('monitoring.is_plain_text(E''a\tb'', 3)', monitoring.is_plain_text(E'a\tb', 3), false);

rollback;
