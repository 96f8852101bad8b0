-- Revert tradelatch:triggers/births from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

drop trigger positions_births on monitoring.positions;
drop function monitoring.log_birth();

commit;
