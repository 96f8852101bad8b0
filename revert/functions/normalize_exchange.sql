-- Revert tradelatch:functions/normalize_exchange from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.normalize_exchange;

commit;
