-- Revert tradelatch:views/position_timeline from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.position_timeline;

commit;
