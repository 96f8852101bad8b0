-- Revert tradelatch:helpers/is_amount from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_amount;

commit;
