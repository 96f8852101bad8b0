-- Revert tradelatch:schemas/tradelatch from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop schema tradelatch;

commit;
