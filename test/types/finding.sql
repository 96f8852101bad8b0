-- Something that is not as it should be.

begin;
set local search_path = tap, pg_catalog;
select plan(7);

select type_owner_is('tradelatch', 'finding', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'tradelatch.finding'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array[
        'check_name text', 'severity text', 'position_id bigint', 'exchange text', 'account text', 'symbol text',
        'position_side text',
        'status text', 'age interval', 'detail jsonb', 'action text'
    ],
    'its fields are those of the contract, in their order'
);
select ok(has_type_privilege(r.name, 'tradelatch.finding', 'usage'), r.name || ' may use it')
from unnest(array['tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator']) as r (name);
select isnt(obj_description('tradelatch.finding'::regtype, 'pg_type'), null, 'it says what it is for');
select is(
    (
        select array_agg(n.name order by n.name)
        from unnest(array[
            'duplicate', 'incomplete', 'pending_rollback', 'pending_close', 'pending_cancels', 'no_stop_loss', 'orphaned_db', 'orphaned_exchange',
            'orphaned_order', 'quantity_mismatch', 'side_mismatch', 'stop_mismatch', 'snapshot_suspect',
            'clock_went_back', 'history_changed'
        ]) as n (name)
        where col_description('tradelatch.finding'::regclass, 1) !~ format('\m%s\M', n.name)
    ),
    null,
    'and lists every check'
);

select * from finish();
rollback;
