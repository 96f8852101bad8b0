-- Revert tradelatch:helpers/refuse_argument from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.refuse_argument;

commit;
