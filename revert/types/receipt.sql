-- Revert tradelatch:types/receipt from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop type tradelatch.receipt;

commit;
