-- Revert tradelatch:helpers/refuse_argument from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.refuse_argument;

commit;
