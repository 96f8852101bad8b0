-- Revert tradelatch:helpers/next_fence from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.next_fence;

commit;
