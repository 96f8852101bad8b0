-- What was done with a position, or would be.

begin;
set local search_path = tap, pg_catalog;
select plan(6);

select type_owner_is('tradelatch', 'cleanup_action', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'tradelatch.cleanup_action'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array['backup_id uuid', 'position_id bigint', 'action text', 'from_status text', 'to_status text', 'detail jsonb'],
    'its fields are those of the contract, in their order'
);
select is(
    has_type_privilege(r.name, 'tradelatch.cleanup_action', 'usage'), r.may, format('%s may use it: %s', r.name, r.may)
)
from (values ('tradelatch_bot', false), ('tradelatch_operator', true)) as r (name, may);
select isnt(obj_description('tradelatch.cleanup_action'::regtype, 'pg_type'), null, 'it says what it is for');
select cmp_ok(count(col_description(a.attrelid, a.attnum)), '>=', 5::bigint, 'and what its fields say')
from pg_attribute as a
where a.attrelid = 'tradelatch.cleanup_action'::regclass;

select * from finish();
rollback;
