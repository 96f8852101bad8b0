-- Revert tradelatch:tables/stale_fences from pg

begin;

drop sequence monitoring.stale_fences;

commit;
