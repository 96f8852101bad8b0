-- Revert tradelatch:tables/position_events from pg
-- Rows are kept: they go to a table of monitoring_archive that carries the time of the revert in its name.

begin;

do $$
begin
    if exists (select from monitoring.position_events) then
        create schema if not exists monitoring_archive authorization tradelatch_owner;
        set local role tradelatch_owner;
        execute pg_catalog.format(
            'create table monitoring_archive.%I as table monitoring.position_events',
            'position_events_' || pg_catalog.to_char(pg_catalog.clock_timestamp(), 'YYYYMMDD_HH24MISS_US')
        );
        reset role;
    end if;
end
$$;

drop table monitoring.position_events;

commit;
