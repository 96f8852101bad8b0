-- Revert tradelatch:functions/record_aliases from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.record_aliases;

commit;
