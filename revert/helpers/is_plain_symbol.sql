-- Revert tradelatch:helpers/is_plain_symbol from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_plain_symbol;

commit;
