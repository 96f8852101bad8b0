-- Revert tradelatch:helpers/back_up from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.back_up;

commit;
