-- Revert tradelatch:tables/position_fence from pg

\ir ../../deploy/settings.psql

begin;

drop sequence monitoring.position_fence;

commit;
