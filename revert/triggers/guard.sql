-- Revert tradelatch:triggers/guard from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

set local client_min_messages = warning;

drop trigger if exists positions_old_columns_born on monitoring.positions;
drop trigger if exists positions_old_columns_moved on monitoring.positions;
drop function if exists monitoring.fill_old_columns_of_new();
drop function if exists monitoring.fill_old_columns();
drop trigger positions_guard on monitoring.positions;
drop function monitoring.guard_position();

commit;
