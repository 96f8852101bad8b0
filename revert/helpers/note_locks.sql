-- Revert tradelatch:helpers/note_locks from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.note_locks;

commit;
