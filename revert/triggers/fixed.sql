-- Revert tradelatch:triggers/fixed from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

drop trigger positions_fixed on monitoring.positions;
drop function monitoring.refuse_fixed_change();

commit;
