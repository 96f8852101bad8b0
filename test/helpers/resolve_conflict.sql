-- A unique index said no: whose is it? The whole of it is in test/functions/create_position_again.sql; here is what no caller sees.

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.resolve_conflict(monitoring.positions)', 'volatile');

create function wanted(changes jsonb)
returns monitoring.positions
language sql
return jsonb_populate_record(null::monitoring.positions, '{
    "origin": "created", "exchange": "binance", "account": "default", "symbol": "A", "position_side": "both", "side": "long",
    "quantity": 10, "entry_price": 100, "details": {}
}'::jsonb || wanted.changes);

create function resolved(changes jsonb)
returns text
language plpgsql
as $$
declare
    v_receipt tradelatch.receipt;
begin
    v_receipt := monitoring.resolve_conflict(wanted(resolved.changes));
    return concat_ws(
        ' ', coalesce(v_receipt.outcome, 'nobody'), case when v_receipt.fence is not null then 'driven' end, v_receipt.order_kind
    );
exception
    when others then
        return sqlstate;
end
$$;

select is(resolved('{}'), 'nobody', 'nobody''s any more: try again');
select is((select count(*) from monitoring.position_events), 0::bigint, 'that is not logged');

select count(tradelatch.create_position(
    'binance', 'A', 'long', 10, 100, request_id => 'signal:1', attempt => '11111111-1111-4111-8111-111111111111'
));
select is(resolved(v.changes::jsonb), v.answer, v.what)
from (values
    ('{}', 'existing', 'the slot is somebody''s'),
    ('{"side": "short", "quantity": 7}', 'existing', 'whatever is wanted of it'),
    ('{"position_side": "long"}', 'TL006', 'or the symbol is in the other mode'),
    ('{"request_id": "signal:1"}', 'existing', 'the request was somebody''s'),
    ('{"request_id": "signal:1", "symbol": "B"}', 'TL005', 'but not for that'),
    ('{"request_id": "signal:1", "attempt": "22222222-2222-4222-8222-222222222222"}', 'existing', 'another attempt at the same request'),
    (
        '{"request_id": "signal:1", "attempt": "11111111-1111-4111-8111-111111111111"}', 'replayed driven entry',
        'the same attempt'
    ),
    ('{"attempt": "11111111-1111-4111-8111-111111111111"}', 'TL005', 'but for another request'),
    ('{"exchange": "bybit", "attempt": "11111111-1111-4111-8111-111111111111"}', 'TL005', 'or another slot')
) as v (changes, answer, what);

select * from finish();
rollback;
