-- Revert tradelatch:helpers/is_plain_text from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_plain_text;

commit;
