-- Verify tradelatch:functions/schema_version on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'tradelatch.schema_version()',
    returns => 'text',
    volatility => 'immutable',
    executable_by => array['tradelatch_feed', 'tradelatch_reader']
);

select pg_temp.assert_equal('tradelatch.schema_version()', tradelatch.schema_version(), '1');

\ir ../drift.psql

rollback;
