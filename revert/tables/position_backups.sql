-- Revert tradelatch:tables/position_backups from pg
-- Rows are kept: they go to a table of monitoring_archive that carries the time of the revert in its name. Its columns have the
-- types below our domains, which are dropped later.

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/join_owner.psql

set local client_min_messages = warning;

do $$
begin
    if exists (select from monitoring.position_backups) then
        create schema if not exists monitoring_archive authorization tradelatch_owner;
        set local role tradelatch_owner;
        execute pg_catalog.format(
            'create table monitoring_archive.%I as select %s from monitoring.position_backups',
            'position_backups_' || pg_catalog.to_char(pg_catalog.clock_timestamp(), 'YYYYMMDD_HH24MISS_US'),
            (
                select pg_catalog.string_agg(
                    pg_catalog.format(
                        '%I::%s',
                        a.attname,
                        pg_catalog.format_type(case t.typtype when 'd' then t.typbasetype else t.oid end, null)
                    ),
                    ', ' order by a.attnum
                )
                from pg_catalog.pg_attribute as a
                inner join pg_catalog.pg_type as t on t.oid = a.atttypid
                where a.attrelid = 'monitoring.position_backups'::regclass
                    and a.attnum > 0
                    and not a.attisdropped
            )
        );
        reset role;
    end if;
end
$$;

drop table monitoring.position_backups;

\ir ../../deploy/leave_owner.psql

commit;
