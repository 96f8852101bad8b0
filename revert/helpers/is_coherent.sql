-- Revert tradelatch:helpers/is_coherent from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_coherent;

commit;
