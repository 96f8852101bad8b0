-- Revert tradelatch:functions/diagnose from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.diagnose;

commit;
