-- Revert tradelatch:helpers/replay from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.replay;

commit;
