-- Revert tradelatch:helpers/back_up from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.back_up;

commit;
