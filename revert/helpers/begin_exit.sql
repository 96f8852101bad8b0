-- Revert tradelatch:helpers/begin_exit from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.begin_exit;

commit;
