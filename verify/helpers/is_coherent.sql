-- Verify tradelatch:helpers/is_coherent on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.is_coherent(text, timestamptz, numeric, text, text)',
    returns => 'boolean',
    volatility => 'immutable',
    or_old_writers => true
);

select pg_temp.assert_equal(
    'monitoring.is_coherent(''active'', null, 1, ''long'', ''both'')',
    monitoring.is_coherent('active', null, 1, 'long', 'both'),
    true
);
select pg_temp.assert_equal(
    'monitoring.is_coherent(''active'', null, null, ''long'', ''both'')',
    monitoring.is_coherent('active', null, null, 'long', 'both'),
    false
);
select pg_temp.assert_equal(
    'monitoring.is_coherent(''active'', now(), 1, ''long'', ''both'')',
    monitoring.is_coherent('active', now(), 1, 'long', 'both'),
    false
);
select pg_temp.assert_equal(
    'monitoring.is_coherent(''closed'', null, 1, ''long'', ''both'')',
    monitoring.is_coherent('closed', null, 1, 'long', 'both'),
    false
);
select pg_temp.assert_equal(
    'monitoring.is_coherent(''unknown'', null, 1, ''long'', ''both'')',
    monitoring.is_coherent('unknown', null, 1, 'long', 'both'),
    false
);
select pg_temp.assert_equal(
    'monitoring.is_coherent(''pending_sl'', null, null, ''long'', ''short'')',
    monitoring.is_coherent('pending_sl', null, null, 'long', 'short'),
    false
);

rollback;
