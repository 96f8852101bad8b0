-- Revert tradelatch:helpers/known_aliases from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.known_aliases;
drop function monitoring.make_known_aliases;

commit;
