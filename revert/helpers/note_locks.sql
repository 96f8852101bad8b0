-- Revert tradelatch:helpers/note_locks from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.note_locks;

commit;
