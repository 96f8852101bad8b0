-- Revert tradelatch:helpers/refuse_end from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.refuse_end;

commit;
