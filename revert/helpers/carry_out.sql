-- Revert tradelatch:helpers/carry_out from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.carry_out;

commit;
