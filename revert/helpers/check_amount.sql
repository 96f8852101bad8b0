-- Revert tradelatch:helpers/check_amount from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_amount;

commit;
