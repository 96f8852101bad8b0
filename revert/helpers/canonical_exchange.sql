-- Revert tradelatch:helpers/canonical_exchange from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.canonical_exchange;

commit;
