-- Revert tradelatch:helpers/keep_durable from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.keep_durable;

commit;
