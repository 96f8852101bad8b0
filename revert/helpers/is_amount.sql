-- Revert tradelatch:helpers/is_amount from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_amount;

commit;
