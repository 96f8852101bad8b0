-- Revert tradelatch:helpers/put_back from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.put_back;

commit;
