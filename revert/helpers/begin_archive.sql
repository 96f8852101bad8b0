-- Revert tradelatch:helpers/begin_archive from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.begin_archive(interval, text, integer);

commit;
