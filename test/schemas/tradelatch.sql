-- The API: what is there, and what each function is and says of itself. What a function does is in test/functions.

begin;
set local search_path = tap, pg_catalog;
select plan(16);

select schema_owner_is('tradelatch', 'tradelatch_owner');
select isnt(obj_description('tradelatch'::regnamespace, 'pg_namespace'), null, 'the schema says what it is for');
select functions_are('tradelatch', array[
    'activate_position', 'adopt_position', 'after_restore', 'archive_alerts', 'archive_events', 'archive_findings', 'begin_close', 'cancel_position', 'claim_stale', 'cleanup', 'confirm_close',
    'confirm_entry', 'confirm_flat', 'confirm_orders', 'create_position', 'diagnose', 'fail_position', 'find_order', 'grant_account', 'lock_holders',
    'normalize_exchange',
    'normalize_symbol', 'place_entry', 'reconcile', 'reconcile_orders', 'record_aliases', 'record_findings', 'record_marks', 'reissue_order', 'release_position', 'renew_lease',
    'replace_stop_loss', 'resize_position', 'restore_backup', 'revoke_account', 'rollback_position',
    'schema_version', 'set_stale_after', 'settle_position', 'take_over', 'update_stop_loss'
]);
select views_are('tradelatch', array['account_grants', 'alerts', 'aliases', 'backups', 'events', 'findings', 'health', 'open_positions', 'orders', 'position_timeline', 'positions']);
select is_empty(
    $$
        select c.oid::regclass, c.relkind
        from pg_class as c
        where c.relnamespace = 'tradelatch'::regnamespace
            and c.relkind not in ('v', 'c')
    $$,
    'there are no tables'
);
select set_eq(
    $$
        select t.typname::text
        from pg_type as t
        left join pg_class as c on c.oid = t.typrelid
        where t.typnamespace = 'tradelatch'::regnamespace
            and t.typcategory <> 'A'
            and coalesce(c.relkind, 'c') = 'c'
    $$,
    array['cleanup_action', 'finding', 'receipt'],
    'and three types'
);

create temporary view functions as
select p.oid::regprocedure as function, p.proname::text as name, p.*
from pg_proc as p
where p.pronamespace = 'tradelatch'::regnamespace;

select is_empty(
    $$ select name from functions group by name having count(*) > 1 $$,
    'no name stands for two functions'
);
select is_empty(
    $$
        select f.function
        from functions as f
        where cardinality(coalesce(f.proargnames, '{}')) < f.pronargs
            or '' = any (f.proargnames)
    $$,
    'every argument has a name'
);

-- What changes something.

create temporary view moves as
select *
from functions
where name not in ('diagnose', 'find_order', 'lock_holders', 'normalize_exchange', 'normalize_symbol', 'schema_version');

select is_empty(
    $$ select function, provolatile, prosecdef, proparallel from moves where (provolatile, prosecdef, proparallel) <> ('v', true, 'u') $$,
    'what changes something is volatile, and runs as its owner'
);
select is_empty(
    $$ select function, proconfig from moves where ('lock_timeout=2s' = any (proconfig)) is not true $$,
    'and waits for a lock at most 2 s'
);
select is_empty(
    $$
        select function, proconfig
        from moves
        where exists (select from unnest(proconfig) as c (setting) where c.setting !~ '^(search_path|lock_timeout|enable_seqscan|enable_nestloop|enable_mergejoin|jit|plan_cache_mode)=')
    $$,
    'and sets nothing that would be undone before the commit'
);
select is_empty(
    $$
        select function, prorettype::regtype
        from moves
        where prorettype <> case
            when name in ('reconcile', 'reconcile_orders', 'after_restore') then 'tradelatch.finding'::regtype
            when name in ('cleanup', 'restore_backup') then 'tradelatch.cleanup_action'::regtype
            when name in ('grant_account', 'record_aliases', 'record_findings', 'record_marks', 'revoke_account') then 'integer'::regtype
            when name = 'set_stale_after' then 'interval'::regtype
            when name ~ '^archive_' then ('tradelatch.' || substring(name from '_(.*)'))::regtype
            else 'tradelatch.receipt'::regtype
        end
    $$,
    'and returns receipts, findings, what was cleaned up or archived, a number or an age'
);
select set_eq(
    'select name from moves where proretset',
    array['after_restore', 'archive_alerts', 'archive_events', 'archive_findings', 'claim_stale', 'cleanup', 'reconcile', 'reconcile_orders', 'restore_backup'],
    'one each, but for what is done to many positions'
);

-- What each says of itself: every error that it may end in, every outcome that it may have.

select is_empty(
    $$ select function from functions where (obj_description(oid, 'pg_proc') ~ '\w+') is not true $$,
    'every function carries a COMMENT'
);
select is_empty(
    $$
        select f.function, w.code
        from functions as f
        cross join unnest(
            array['22023']
            || case when 'position_id' = any (f.proargnames[:f.pronargs]) then array['TL004', '55P03'] end
            -- orders arrive and end in every status
            || case when 'position_id' = any (f.proargnames[:f.pronargs]) and f.name <> 'confirm_orders' then array['TL002'] end
            || case when 'fence' = any (f.proargnames) then array['TL003'] end
            || case
                when f.name in ('create_position', 'adopt_position') then array['TL005', 'TL006', '55P03', '40001']
                when f.name in (
                    'place_entry', 'confirm_entry', 'begin_close', 'update_stop_loss', 'resize_position', 'reissue_order', 'replace_stop_loss', 'activate_position', 'confirm_close',
                    'confirm_orders'
                ) then array['TL005']
                when f.name = 'after_restore' then array['TL010', '55P03']
                when f.name in ('reconcile', 'reconcile_orders', 'cleanup', 'restore_backup', 'record_findings', 'record_marks', 'set_stale_after', 'archive_events', 'archive_alerts', 'archive_findings') then array['40001']
                when f.name = 'record_aliases' then array['TL005', '25001', '55P03', '40001']
            end
        ) as w (code)
        where f.pronargs > 0
            and (strpos(substring(obj_description(f.oid, 'pg_proc') from 'Errors:.*'), w.code) > 0) is not true
    $$,
    'it names the SQLSTATEs that the function may end in'
);
select is_empty(
    $$
        select m.function, w.outcome
        from moves as m
        cross join unnest(case
            when m.name in ('create_position', 'adopt_position') then array['created', 'existing', 'replayed']
            when m.name = 'claim_stale' then array['claimed']
            when m.name = 'activate_position' then array['ok', 'replayed', 'duplicate']
            when m.name in ('begin_close', 'replace_stop_loss') then array['ok', 'replayed', 'existing', 'claimed']
            when m.name = 'renew_lease' then array['ok']
            when m.name = 'take_over' then array['claimed']
            when m.name in ('after_restore', 'reconcile', 'reconcile_orders', 'cleanup', 'restore_backup', 'record_aliases', 'record_findings', 'record_marks', 'set_stale_after', 'archive_events', 'archive_alerts', 'archive_findings', 'grant_account', 'revoke_account') then '{}'
            else array['ok', 'replayed']
        end) as w (outcome)
        where (substring(obj_description(m.oid, 'pg_proc') from 'Outcomes:.*') ~ ('\m' || w.outcome || '\M')) is not true
    $$,
    'and the outcomes that it may have'
);

select * from finish();
rollback;
