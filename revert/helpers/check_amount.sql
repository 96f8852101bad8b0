-- Revert tradelatch:helpers/check_amount from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_amount;

commit;
