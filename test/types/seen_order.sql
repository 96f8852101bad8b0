-- An open order as a list shows it.

begin;
set local search_path = tap, pg_catalog;
select plan(4);

select type_owner_is('monitoring', 'seen_order', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'monitoring.seen_order'::regclass and a.attnum > 0 and not a.attisdropped
    ),
    array[
        'symbol text', 'client_order_id text', 'order_id text', 'position_side text', 'side text', 'quantity numeric', 'trigger numeric',
        'reduce_only boolean'
    ],
    'its fields are what a list says, and the position side where it does'
);
select is_empty(
    $$
        select r.rolname
        from pg_roles as r
        where r.rolname in ('tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator')
            and has_type_privilege(r.oid, 'monitoring.seen_order', 'usage')
    $$,
    'nobody else may use it'
);
select isnt(obj_description('monitoring.seen_order'::regtype, 'pg_type'), null, 'it says what it is for');

select * from finish();
rollback;
