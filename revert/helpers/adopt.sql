-- Revert tradelatch:helpers/adopt from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.adopt;

commit;
