-- Revert tradelatch:functions/normalize_symbol from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.normalize_symbol;

commit;
