-- Revert tradelatch:triggers/guard from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

drop trigger positions_guard on monitoring.positions;
drop function monitoring.guard_position();

commit;
