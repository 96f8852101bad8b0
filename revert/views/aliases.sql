-- Revert tradelatch:views/aliases from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.aliases;

commit;
