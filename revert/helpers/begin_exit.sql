-- Revert tradelatch:helpers/begin_exit from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.begin_exit;

commit;
