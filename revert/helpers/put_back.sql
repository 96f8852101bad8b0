-- Revert tradelatch:helpers/put_back from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.put_back;

commit;
