-- Revert tradelatch:helpers/adopt from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.adopt;

commit;
