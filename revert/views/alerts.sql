-- Revert tradelatch:views/alerts from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop view tradelatch.alerts;

commit;
