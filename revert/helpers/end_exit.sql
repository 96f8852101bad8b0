-- Revert tradelatch:helpers/end_exit from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.end_exit;

commit;
