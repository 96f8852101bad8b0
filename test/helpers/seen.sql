-- What the exchange showed.

begin;
\ir setup.psql
select plan(6);

select is_internal('monitoring.seen(monitoring.evidence)', 'stable');
set local timezone = 'UTC';
select is(
    monitoring.seen(jsonb_populate_record(null::monitoring.evidence, jsonb_build_object(
        'side', v.side, 'quantity', v.quantity, 'average_price', v.price,
        'first_seen_at', '2026-01-01', 'last_seen_at', '2026-01-02', 'is_proven', v.is_proven
    ))),
    v.seen::jsonb,
    v.what
)
from (values
    (
        'long', 4.5, 100, true,
        '{"side": "long", "quantity": 4.5, "average_price": 100, "first_seen_at": "2026-01-01T00:00:00+00:00", "last_seen_at": "2026-01-02T00:00:00+00:00", "is_proven": true}',
        'a position'
    ),
    (
        null, 0, null, false,
        '{"side": null, "quantity": 0, "average_price": null, "first_seen_at": "2026-01-01T00:00:00+00:00", "last_seen_at": "2026-01-02T00:00:00+00:00", "is_proven": false}',
        'none'
    )
) as v (side, quantity, price, is_proven, seen, what);

select is(monitoring.seen(null), null, 'nothing');

select * from finish();
rollback;
