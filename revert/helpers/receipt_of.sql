-- Revert tradelatch:helpers/receipt_of from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.receipt_of;

commit;
