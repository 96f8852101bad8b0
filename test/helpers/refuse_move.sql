-- TL002, the one way to say that a move is not legal.

begin;
\ir setup.psql
select plan(15);

select is_internal('monitoring.refuse_move(monitoring.positions, text, text)', 'volatile');

create function refusal(status text, problem text default null, changes jsonb default '{}')
returns table (message text, detail jsonb, hint text)
language plpgsql
as $$
begin
    perform monitoring.refuse_move(
        given_row(jsonb_build_object('status', refusal.status) || refusal.changes), 'confirm_flat', refusal.problem
    );
exception
    when sqlstate 'TL002' then
        get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
        return next;
end
$$;

select is(r.message, 'position 7 is active: confirm_flat is not a legal move', 'what was tried, and where it stands')
from refusal('active') as r;
select is(r.message, 'position 7 is active: not yet', 'or why not') from refusal('active', 'not yet') as r;
select is(r.detail, '{"position_id": 7, "status": "active", "move": "confirm_flat", "orders_left": []}', 'DETAIL has it as JSON')
from refusal('active') as r;
select is(r.detail -> 'orders_left', '["*", "Ks1"]', 'and the orders that are left')
from refusal('pending_sl', changes => '{"orders_arrived": ["*"]}') as r;
select is(
    r.hint,
    'Legal moves: activate_position, begin_close, claim_stale, cleanup, confirm_close, confirm_entry, confirm_orders, place_entry, '
    'reconcile, reconcile_orders, release_position, replace_stop_loss, resize_position, take_over, update_stop_loss.',
    'HINT lists the legal moves, each once'
)
from refusal('active') as r;
select is(
    substring(r.hint from 'Legal moves: (.*)\.'),
    (select string_agg(distinct t.move, ', ' order by t.move) from monitoring.position_transitions as t where t.from_status = s.status),
    'as the table of transitions has them for ' || s.status
)
from unnest(array['pending_entry', 'pending_rollback']) as s (status)
cross join refusal(s.status) as r;
select is(r.hint, 'Legal moves: settle_position.', 'for what is over there is one') from refusal('closed') as r;

-- What a pending_cancels becomes was decided when it began.
select is(
    substring(r.hint from 'confirm_(?:close|flat)'), v.hint, 'of a pending_cancels that is to be ' || v.ends_as || ' it is the right one'
)
from (values ('closed', 'confirm_close'), ('rolled_back', 'confirm_flat')) as v (ends_as, hint)
cross join refusal('pending_cancels', changes => jsonb_build_object('ends_as', v.ends_as)) as r;
select ok(r.hint !~ v.other, 'and no other, when it is to be ' || v.ends_as)
from (values ('closed', 'confirm_flat'), ('rolled_back', 'confirm_close')) as v (ends_as, other)
cross join refusal('pending_cancels', changes => jsonb_build_object('ends_as', v.ends_as)) as r;

select * from finish();
rollback;
