-- TL002 for who may not say that an order ended.

begin;
\ir setup.psql
select plan(8);

select is_internal('monitoring.refuse_end(monitoring.positions, text, text)', 'volatile');

create function refusal(changes jsonb)
returns table (message text, detail jsonb, hint text)
language plpgsql
as $$
begin
    perform monitoring.refuse_end(given_row(refusal.changes), 'Ks1', 'reissue_order');
exception
    when sqlstate 'TL002' then
        get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
        return next;
end
$$;
select is(
    r.message,
    'position 7 is pending_sl: reissue_order would say that order Ks1 has ended, and somebody else may still send it until 2999-01-01',
    'the order, and until when it is in hand'
)
from refusal('{"status": "pending_sl", "orders_in_hand": {"Ks1": {"until": "2999-01-01"}}}') as r;
select is(
    r.detail,
    '{
        "position_id": 7, "status": "pending_sl", "move": "reissue_order", "orders_left": ["x", "Ks1"], "order": "Ks1",
        "in_hand_until": "2999-01-01"
    }',
    'DETAIL has it as JSON, and all that are left'
)
from refusal('{"status": "pending_sl", "orders_arrived": ["x"], "orders_in_hand": {"Ks1": {"until": "2999-01-01"}}}') as r;
select is(r.message, 'position 7 is pending_sl: reissue_order would say that order Ks1 has ended, and somebody else may still send it', 'of the driver')
from refusal('{"status": "pending_sl"}') as r;
select is(r.detail -> 'in_hand_until', 'null', 'for whom there is no time') from refusal('{"status": "pending_sl"}') as r;
select isnt(r.hint, null, 'HINT says what to do') from refusal('{"status": "pending_sl"}') as r;

select * from finish();
rollback;
