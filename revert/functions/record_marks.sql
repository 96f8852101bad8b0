-- Revert tradelatch:functions/record_marks from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.record_marks;

commit;
