-- Revert tradelatch:views/position_timeline from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.position_timeline;

commit;
