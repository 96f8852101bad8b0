-- Revert tradelatch:helpers/canonical_symbol from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.canonical_symbol;

commit;
