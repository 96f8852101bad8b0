-- Revert tradelatch:helpers/begin_archive from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.begin_archive(interval, text, integer);

commit;
