-- Revert tradelatch:helpers/make_receipt from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.make_receipt;

commit;
