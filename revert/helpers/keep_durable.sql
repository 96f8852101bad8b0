-- Revert tradelatch:helpers/keep_durable from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.keep_durable;

commit;
