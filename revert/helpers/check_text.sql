-- Revert tradelatch:helpers/check_text from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.check_text;

commit;
