-- Revert tradelatch:helpers/canonical_exchange from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.canonical_exchange;

commit;
