-- Revert tradelatch:functions/normalize_symbol from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.normalize_symbol;

commit;
