-- Revert tradelatch:tables/position_fence from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop sequence monitoring.position_fence;

commit;
