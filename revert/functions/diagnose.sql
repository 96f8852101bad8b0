-- Revert tradelatch:functions/diagnose from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.diagnose;

commit;
