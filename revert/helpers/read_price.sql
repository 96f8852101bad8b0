-- Revert tradelatch:helpers/read_price from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.read_price;

commit;
