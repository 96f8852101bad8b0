-- Revert tradelatch:functions/normalize_exchange from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.normalize_exchange;

commit;
