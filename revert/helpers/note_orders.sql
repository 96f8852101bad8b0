-- Revert tradelatch:helpers/note_orders from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.note_orders;

commit;
