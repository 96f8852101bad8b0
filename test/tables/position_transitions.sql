-- The only list of legal moves, held against the contract's section 2.

begin;
set local search_path = tap, pg_catalog;
select plan(8);

select table_owner_is('monitoring', 'position_transitions', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'position_transitions', array['from_status', 'to_status', 'move'], 'each move is there once');
select fk_ok('monitoring', 'position_transitions', 'from_status', 'monitoring', 'position_statuses', 'status');
select fk_ok('monitoring', 'position_transitions', 'to_status', 'monitoring', 'position_statuses', 'status');
select set_eq(
    'select move, from_status, to_status from monitoring.position_transitions',
    $$
        select m.move, f.status, coalesce(m.to_status, f.status)
        from (values
            ('place_entry', array['pending_entry'], 'entry_placed'),
            ('place_entry', array['pending_sl', 'active', 'pending_close', 'pending_rollback', 'pending_cancels'], null),
            ('confirm_entry', array['pending_entry', 'entry_placed', 'pending_sl', 'active'], 'pending_sl'),
            -- an average that was not known yet: the status stays
            ('confirm_entry', array['active', 'pending_cancels'], null),
            ('confirm_entry', array['pending_close', 'pending_rollback'], null),
            ('confirm_entry', array['pending_cancels'], 'pending_close'),
            ('confirm_entry', array['pending_cancels'], 'pending_rollback'),
            -- it was the last order left
            ('confirm_entry', array['pending_cancels'], 'closed'),
            ('confirm_entry', array['pending_cancels'], 'rolled_back'),
            ('activate_position', array['pending_sl'], 'active'),
            -- another stop-loss than the one that was called for
            ('activate_position', array['pending_sl', 'active', 'pending_close', 'pending_rollback', 'pending_cancels'], null),
            -- and the one that stood has ended
            ('activate_position', array['active'], 'pending_sl'),
            -- a duplicate
            ('activate_position', array['pending_sl'], 'pending_rollback'),
            ('cancel_position', array['pending_entry', 'entry_placed'], 'canceled'),
            ('fail_position', array['pending_entry'], 'failed'),
            ('rollback_position', array['pending_entry', 'entry_placed', 'pending_sl'], 'pending_rollback'),
            ('confirm_flat', array['pending_rollback', 'pending_cancels'], 'rolled_back'),
            ('confirm_flat', array['pending_rollback', 'pending_cancels'], 'pending_cancels'),
            ('begin_close', array['active', 'pending_sl'], 'pending_close'),
            -- the drive of a close changes hands
            ('begin_close', array['pending_close'], null),
            ('confirm_close', array['active', 'pending_sl', 'pending_close', 'pending_cancels'], 'closed'),
            ('confirm_close', array['active', 'pending_sl', 'pending_close', 'pending_cancels'], 'pending_cancels'),
            -- orders arrived, or ended: told, or seen in a snapshot
            (
                'confirm_orders',
                array[
                    'pending_entry', 'entry_placed', 'pending_sl', 'active', 'pending_close', 'pending_rollback', 'pending_cancels'
                ],
                null
            ),
            ('confirm_orders', array['active'], 'pending_sl'),
            ('confirm_orders', array['pending_cancels'], 'closed'),
            ('confirm_orders', array['pending_cancels'], 'rolled_back'),
            (
                'reconcile_orders',
                array[
                    'pending_entry', 'entry_placed', 'pending_sl', 'active', 'pending_close', 'pending_rollback', 'pending_cancels'
                ],
                null
            ),
            ('reconcile_orders', array['active'], 'pending_sl'),
            ('reconcile_orders', array['pending_cancels'], 'closed'),
            ('reconcile_orders', array['pending_cancels'], 'rolled_back'),
            ('replace_stop_loss', array['active', 'pending_sl'], 'pending_sl'),
            ('update_stop_loss', array['active'], 'active'),
            ('update_stop_loss', array['active'], 'pending_sl'),
            -- the status stays, the order is another one
            ('reissue_order', array['pending_sl', 'pending_close', 'pending_rollback'], null),
            -- the status stays, the driver is another one
            (
                'claim_stale',
                array[
                    'pending_entry', 'entry_placed', 'pending_sl', 'active', 'pending_close', 'pending_rollback', 'pending_cancels'
                ],
                null
            ),
            (
                'take_over',
                array[
                    'pending_entry', 'entry_placed', 'pending_sl', 'active', 'pending_close', 'pending_rollback', 'pending_cancels'
                ],
                null
            ),
            ('resize_position', array['active', 'pending_sl'], 'pending_sl'),
            ('resize_position', array['pending_close', 'pending_rollback'], null),
            ('resize_position', array['pending_cancels'], 'pending_close'),
            ('resize_position', array['pending_cancels'], 'pending_rollback'),
            (
                'release_position',
                array[
                    'pending_entry', 'entry_placed', 'pending_sl', 'active', 'pending_close', 'pending_rollback', 'pending_cancels'
                ],
                'closed'
            ),
            -- on evidence
            ('reconcile', array['pending_sl', 'active'], 'closed'),
            ('reconcile', array['pending_sl', 'active'], 'pending_cancels'),
            ('cleanup', array['pending_sl', 'active', 'pending_close'], 'closed'),
            ('cleanup', array['entry_placed', 'pending_sl', 'active', 'pending_close', 'pending_rollback'], 'pending_cancels'),
            ('cleanup', array['pending_entry'], 'failed'),
            ('cleanup', array['entry_placed'], 'canceled'),
            ('cleanup', array['pending_rollback'], 'rolled_back'),
            -- facts that came late
            ('settle_position', array['closed', 'rolled_back', 'canceled', 'failed'], null)
        ) as m (move, from_statuses, to_status)
        cross join unnest(m.from_statuses) as f (status)
    $$,
    'it is the table of the contract'
);
select is_empty(
    $$
        select t.*
        from monitoring.position_transitions as t
        inner join monitoring.position_statuses as s on s.status = t.from_status
        where not s.is_open and t.to_status <> t.from_status
    $$,
    'nothing leads out of a terminal status'
);
select is_empty(
    $$
        select t.*
        from monitoring.position_transitions as t
        where t.from_status in ('pending_entry', 'entry_placed', 'pending_close', 'pending_rollback', 'pending_cancels')
            and t.to_status = 'active'
    $$,
    'nothing leads to active but from where a stop-loss is asked for'
);
select is_empty(
    $$
        select distinct t.move
        from monitoring.position_transitions as t
        where not exists (select from pg_proc as p where p.pronamespace = 'tradelatch'::regnamespace and p.proname = t.move)
    $$,
    'every move is a function'
);

select * from finish();
rollback;
