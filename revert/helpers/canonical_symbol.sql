-- Revert tradelatch:helpers/canonical_symbol from pg

begin;

drop function monitoring.canonical_symbol;

commit;
