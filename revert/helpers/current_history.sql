-- Revert tradelatch:helpers/current_history from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.current_history;

commit;
