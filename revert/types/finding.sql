-- Revert tradelatch:types/finding from pg

\ir ../../deploy/settings.psql

begin;

drop type tradelatch.finding;

commit;
