-- Revert tradelatch:schemas/tradelatch from pg

\ir ../../deploy/settings.psql

begin;

drop schema tradelatch;

commit;
