-- Revert tradelatch:helpers/replay from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.replay;

commit;
