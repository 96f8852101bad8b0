-- Revert tradelatch:triggers/refuse_removal from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql
\ir ../../deploy/adoption/lock.psql

drop trigger positions_refuse_removal on monitoring.positions;
drop function monitoring.refuse_removal();

commit;
