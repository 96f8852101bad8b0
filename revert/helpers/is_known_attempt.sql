-- Revert tradelatch:helpers/is_known_attempt from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_known_attempt;

commit;
