-- Revert tradelatch:helpers/begin_archive from pg

begin;

drop function monitoring.begin_archive(interval, text, integer);

commit;
