-- Revert tradelatch:views/alerts from pg

\ir ../../deploy/settings.psql

begin;

drop view tradelatch.alerts;

commit;
