-- Revert tradelatch:helpers/note_orders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.note_orders;

commit;
