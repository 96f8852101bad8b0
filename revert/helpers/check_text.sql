-- Revert tradelatch:helpers/check_text from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.check_text;

commit;
