-- Revert tradelatch:tables/stale_fences from pg

\ir ../../deploy/settings.psql

begin;

drop sequence monitoring.stale_fences;

commit;
