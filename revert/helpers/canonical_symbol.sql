-- Revert tradelatch:helpers/canonical_symbol from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.canonical_symbol;

commit;
