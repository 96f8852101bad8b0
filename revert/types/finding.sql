-- Revert tradelatch:types/finding from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop type tradelatch.finding;

commit;
