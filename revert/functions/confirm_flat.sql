-- Revert tradelatch:functions/confirm_flat from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.confirm_flat;

commit;
