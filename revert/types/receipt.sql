-- Revert tradelatch:types/receipt from pg

\ir ../../deploy/settings.psql

begin;

drop type tradelatch.receipt;

commit;
