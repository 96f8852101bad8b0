-- Revert tradelatch:functions/confirm_flat from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.confirm_flat;

commit;
