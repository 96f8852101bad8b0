-- Revert tradelatch:functions/record_marks from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.record_marks;

commit;
