-- Verify tradelatch:schemas/tradelatch on pg

begin;

\ir ../assert.psql

select pg_temp.assert_schema('tradelatch', usable_by => array['tradelatch_feed', 'tradelatch_reader']);

rollback;
