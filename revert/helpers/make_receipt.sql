-- Revert tradelatch:helpers/make_receipt from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.make_receipt;

commit;
