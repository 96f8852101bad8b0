-- Revert tradelatch:helpers/canonical_exchange from pg

begin;

drop function monitoring.canonical_exchange;

commit;
