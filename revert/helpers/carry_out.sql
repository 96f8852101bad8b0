-- Revert tradelatch:helpers/carry_out from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.carry_out;

commit;
