-- Revert tradelatch:helpers/next_fence from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.next_fence;

commit;
