-- TL002, the one way to say that a move is not legal.

begin;
\ir setup.psql
select plan(10);

select is_internal('monitoring.refuse_move(bigint, text, text, text)', 'volatile');

create function refusal(status text, problem text default null)
returns table (message text, detail jsonb, hint text)
language plpgsql
as $$
begin
    perform monitoring.refuse_move(7, refusal.status, 'confirm_flat', refusal.problem);
exception
    when sqlstate 'TL002' then
        get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
        return next;
end
$$;

select is(r.message, 'position 7 is active: confirm_flat is not a legal move', 'what was tried, and where it stands')
from refusal('active') as r;
select is(r.message, 'position 7 is active: not yet', 'or why not') from refusal('active', 'not yet') as r;
select is(r.detail, '{"position_id": 7, "status": "active", "move": "confirm_flat"}', 'DETAIL has it as JSON') from refusal('active') as r;
select is(
    r.hint,
    'Legal moves: begin_close, cleanup, confirm_close, confirm_entry, place_entry, reconcile, release_position, resize_position, '
    'take_over, update_stop_loss.',
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

select * from finish();
rollback;
