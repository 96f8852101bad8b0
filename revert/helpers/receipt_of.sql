-- Revert tradelatch:helpers/receipt_of from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.receipt_of;

commit;
