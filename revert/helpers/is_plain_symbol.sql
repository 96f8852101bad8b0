-- Revert tradelatch:helpers/is_plain_symbol from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.is_plain_symbol;

commit;
