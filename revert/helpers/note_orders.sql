-- Revert tradelatch:helpers/note_orders from pg

begin;

drop function monitoring.note_orders;

commit;
