-- Deploy tradelatch:helpers/begin_archive to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.begin_archive(older_than interval, name text, batch integer)
returns bigint
language plpgsql
volatile
as $$
declare
    v_archive_id bigint;
begin
    perform monitoring.check_age('older_than', begin_archive.older_than, interval '7 days');
    if (begin_archive.batch between 1 and 100000) is not true then
        perform monitoring.refuse_argument(begin_archive.name, 'must be 1 to 100000', begin_archive.batch::text);
    end if;
    perform monitoring.keep_durable();

    insert into monitoring.event_archives as a (older_than)
    values (begin_archive.older_than)
    returning a.id into v_archive_id;
    return v_archive_id;
end
$$;

comment on function monitoring.begin_archive(interval, text, integer) is
'Checks what the functions that archive were given, and opens their record in monitoring.event_archives, without which nothing is deleted; returns its id. 22023, which names the argument.';

revoke all on function monitoring.begin_archive(interval, text, integer) from public;

commit;
