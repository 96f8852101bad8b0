-- The histories that a person noted.

begin;
set local search_path = tap, pg_catalog;
select plan(3);

select table_owner_is('monitoring', 'histories', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'histories', 'number', 'the latest is known by its number');
select is(
    (
        select format('%s %s %s %s', h.number, h.reason, h.skip, h.table_oid = 'monitoring.histories'::regclass)
        from monitoring.histories as h
        cross join pg_control_system() as s
        where h.system_identifier = s.system_identifier
    ),
    '1 deploy 0 t', 'a deploy notes the first one'
);

select * from finish();
rollback;
