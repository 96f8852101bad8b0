-- Revert tradelatch:tables/stale_fences from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop sequence monitoring.stale_fences;

commit;
