-- Revert tradelatch:helpers/read_price from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.read_price;

commit;
