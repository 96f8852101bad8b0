-- Revert tradelatch:helpers/end_exit from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.end_exit;

commit;
