-- Revert tradelatch:helpers/is_coherent from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_coherent;

commit;
