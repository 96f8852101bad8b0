-- Deploy tradelatch:tables/position_transitions to pg
-- The only list of legal moves. The trigger positions_guard holds every UPDATE to it, whoever runs it.

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.position_transitions (
    move text not null,
    from_status text not null references monitoring.position_statuses,
    to_status text not null references monitoring.position_statuses,
    to_is_open boolean not null,
    primary key (from_status, to_status, move),
    foreign key (to_status, to_is_open) references monitoring.position_statuses (status, is_open)
);

comment on table monitoring.position_transitions is
'Every legal move: the function that makes it, and the statuses it leads from and to. to_is_open is the status'' own, so that a move needs one look-up. What is not here is TL002. Creations have no status to come from: create_position and adopt_position are not listed. Neither are restore_backup, whose moves are legal for the rows of the backup only, while it restores them, and after_restore, which leaves the status as it is.';

insert into monitoring.position_transitions (move, from_status, to_status, to_is_open)
select
    t.move,
    t.from_status,
    t.to_status,
    s.is_open
from (
    values
    -- the exchange took the entry order
    ('place_entry', 'pending_entry', 'entry_placed'),
    -- the fill was faster than the answer: the order's id is stored
    ('place_entry', 'pending_sl', 'pending_sl'),
    ('place_entry', 'active', 'active'),
    ('place_entry', 'pending_close', 'pending_close'),
    ('place_entry', 'pending_rollback', 'pending_rollback'),
    ('place_entry', 'pending_cancels', 'pending_cancels'),
    -- filled, wholly or in part, and again when it grew
    ('confirm_entry', 'pending_entry', 'pending_sl'),
    ('confirm_entry', 'entry_placed', 'pending_sl'),
    ('confirm_entry', 'pending_sl', 'pending_sl'),
    ('confirm_entry', 'active', 'pending_sl'),
    -- the average became known later, or a resize had counted the fill
    ('confirm_entry', 'active', 'active'),
    -- filled while it is being closed
    ('confirm_entry', 'pending_close', 'pending_close'),
    ('confirm_entry', 'pending_rollback', 'pending_rollback'),
    -- filled after all
    ('confirm_entry', 'pending_cancels', 'pending_close'),
    ('confirm_entry', 'pending_cancels', 'pending_rollback'),
    ('confirm_entry', 'pending_cancels', 'pending_cancels'),
    -- it filled no more, and was the last order left
    ('confirm_entry', 'pending_cancels', 'closed'),
    ('confirm_entry', 'pending_cancels', 'rolled_back'),
    ('activate_position', 'pending_sl', 'active'),
    -- another stop-loss than the one that was called for: it is left
    ('activate_position', 'pending_sl', 'pending_sl'),
    ('activate_position', 'active', 'active'),
    -- and the one that stood has ended
    ('activate_position', 'active', 'pending_sl'),
    ('activate_position', 'pending_close', 'pending_close'),
    ('activate_position', 'pending_cancels', 'pending_cancels'),
    -- another open row holds the slot; and another stop-loss
    ('activate_position', 'pending_sl', 'pending_rollback'),
    ('activate_position', 'pending_rollback', 'pending_rollback'),
    ('cancel_position', 'pending_entry', 'canceled'),
    ('cancel_position', 'entry_placed', 'canceled'),
    ('fail_position', 'pending_entry', 'failed'),
    ('rollback_position', 'pending_entry', 'pending_rollback'),
    ('rollback_position', 'entry_placed', 'pending_rollback'),
    ('rollback_position', 'pending_sl', 'pending_rollback'),
    -- nothing is open any more; while an order is left, it is to be cancelled
    ('confirm_flat', 'pending_rollback', 'rolled_back'),
    ('confirm_flat', 'pending_rollback', 'pending_cancels'),
    ('confirm_flat', 'pending_cancels', 'rolled_back'),
    ('confirm_flat', 'pending_cancels', 'pending_cancels'),
    ('begin_close', 'active', 'pending_close'),
    ('begin_close', 'pending_sl', 'pending_close'),
    -- the drive of a close goes on, or changes hands
    ('begin_close', 'pending_close', 'pending_close'),
    ('confirm_close', 'active', 'closed'),
    ('confirm_close', 'active', 'pending_cancels'),
    ('confirm_close', 'pending_sl', 'closed'),
    ('confirm_close', 'pending_sl', 'pending_cancels'),
    ('confirm_close', 'pending_close', 'closed'),
    ('confirm_close', 'pending_close', 'pending_cancels'),
    ('confirm_close', 'pending_cancels', 'closed'),
    ('confirm_close', 'pending_cancels', 'pending_cancels'),
    -- orders arrived, or ended
    ('confirm_orders', 'pending_entry', 'pending_entry'),
    ('confirm_orders', 'entry_placed', 'entry_placed'),
    ('confirm_orders', 'pending_sl', 'pending_sl'),
    ('confirm_orders', 'active', 'active'),
    ('confirm_orders', 'active', 'pending_sl'),
    ('confirm_orders', 'pending_close', 'pending_close'),
    ('confirm_orders', 'pending_rollback', 'pending_rollback'),
    ('confirm_orders', 'pending_cancels', 'pending_cancels'),
    ('confirm_orders', 'pending_cancels', 'closed'),
    ('confirm_orders', 'pending_cancels', 'rolled_back'),
    -- the stop-loss is to be moved
    ('replace_stop_loss', 'active', 'pending_sl'),
    ('replace_stop_loss', 'pending_sl', 'pending_sl'),
    -- the exchange moved it
    ('update_stop_loss', 'active', 'active'),
    -- the stop-loss is gone
    ('update_stop_loss', 'active', 'pending_sl'),
    -- added to, or partly closed
    ('resize_position', 'active', 'pending_sl'),
    ('resize_position', 'pending_sl', 'pending_sl'),
    ('resize_position', 'pending_close', 'pending_close'),
    ('resize_position', 'pending_rollback', 'pending_rollback'),
    ('resize_position', 'pending_cancels', 'pending_close'),
    ('resize_position', 'pending_cancels', 'pending_rollback'),
    -- a stop-loss or a close was refused or ended: another id for what is open
    ('reissue_order', 'pending_sl', 'pending_sl'),
    ('reissue_order', 'pending_close', 'pending_close'),
    ('reissue_order', 'pending_rollback', 'pending_rollback'),
    -- the drive changes hands, the status stays
    ('claim_stale', 'pending_entry', 'pending_entry'),
    ('claim_stale', 'entry_placed', 'entry_placed'),
    ('claim_stale', 'pending_sl', 'pending_sl'),
    ('claim_stale', 'active', 'active'),
    ('claim_stale', 'pending_close', 'pending_close'),
    ('claim_stale', 'pending_rollback', 'pending_rollback'),
    ('claim_stale', 'pending_cancels', 'pending_cancels'),
    ('take_over', 'pending_entry', 'pending_entry'),
    ('take_over', 'entry_placed', 'entry_placed'),
    ('take_over', 'pending_sl', 'pending_sl'),
    ('take_over', 'active', 'active'),
    ('take_over', 'pending_close', 'pending_close'),
    ('take_over', 'pending_rollback', 'pending_rollback'),
    ('take_over', 'pending_cancels', 'pending_cancels'),
    -- an operator's override
    ('release_position', 'pending_entry', 'closed'),
    ('release_position', 'entry_placed', 'closed'),
    ('release_position', 'pending_sl', 'closed'),
    ('release_position', 'active', 'closed'),
    ('release_position', 'pending_close', 'closed'),
    ('release_position', 'pending_rollback', 'closed'),
    ('release_position', 'pending_cancels', 'closed'),
    -- proven gone
    ('reconcile', 'pending_sl', 'closed'),
    ('reconcile', 'pending_sl', 'pending_cancels'),
    ('reconcile', 'active', 'closed'),
    ('reconcile', 'active', 'pending_cancels'),
    -- orders proven gone, or seen
    ('reconcile_orders', 'pending_entry', 'pending_entry'),
    ('reconcile_orders', 'entry_placed', 'entry_placed'),
    ('reconcile_orders', 'pending_sl', 'pending_sl'),
    ('reconcile_orders', 'active', 'active'),
    ('reconcile_orders', 'active', 'pending_sl'),
    ('reconcile_orders', 'pending_close', 'pending_close'),
    ('reconcile_orders', 'pending_rollback', 'pending_rollback'),
    ('reconcile_orders', 'pending_cancels', 'pending_cancels'),
    ('reconcile_orders', 'pending_cancels', 'closed'),
    ('reconcile_orders', 'pending_cancels', 'rolled_back'),
    -- proven gone with no order left, or a duplicate without exposure of its own: one way out of each status
    ('cleanup', 'pending_entry', 'failed'),
    ('cleanup', 'entry_placed', 'canceled'),
    ('cleanup', 'pending_sl', 'closed'),
    ('cleanup', 'active', 'closed'),
    ('cleanup', 'pending_close', 'closed'),
    ('cleanup', 'pending_rollback', 'rolled_back'),
    -- while orders of a duplicate, or of what is gone, are left
    ('cleanup', 'entry_placed', 'pending_cancels'),
    ('cleanup', 'pending_sl', 'pending_cancels'),
    ('cleanup', 'active', 'pending_cancels'),
    ('cleanup', 'pending_close', 'pending_cancels'),
    ('cleanup', 'pending_rollback', 'pending_cancels'),
    -- facts that came late
    ('settle_position', 'closed', 'closed'),
    ('settle_position', 'rolled_back', 'rolled_back'),
    ('settle_position', 'canceled', 'canceled'),
    ('settle_position', 'failed', 'failed')
) as t (move, from_status, to_status)
inner join monitoring.position_statuses as s on s.status = t.to_status;

commit;
