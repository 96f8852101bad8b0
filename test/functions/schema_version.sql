begin;
\ir setup.psql
select plan(9);

select declared('schema_version', '', 'text', executable_by => 'tradelatch_feed, tradelatch_reader');
select is(tradelatch.schema_version(), '1', 'this is version 1');
select volatility_is('tradelatch', 'schema_version', array[]::text[], 'immutable');
select is((try('schema_version()', role => 'tradelatch_reader')).seen, '1', 'a reader may ask for it');

select * from finish();
rollback;
