-- Revert tradelatch:helpers/refuse_end from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.refuse_end;

commit;
