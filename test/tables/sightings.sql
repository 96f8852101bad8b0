-- What was seen in each slot.

begin;
set local search_path = tap, pg_catalog;
select plan(19);

select table_owner_is('monitoring', 'sightings', 'tradelatch_owner', 'it is the owner''s');
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'monitoring.sightings'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array[
        'exchange monitoring.exchange', 'account monitoring.account', 'symbol monitoring.symbol',
        'position_side monitoring.position_side',
        'side monitoring.side', 'quantity monitoring.filled_amount', 'average_price monitoring.amount',
        'stop_loss_price monitoring.amount',
        'stop_loss_order_id monitoring.order_id', 'no_stop_loss_since timestamp with time zone',
        'no_stop_loss_until timestamp with time zone',
        'first_seen_at timestamp with time zone', 'last_seen_at timestamp with time zone'
    ],
    'what it says of each'
);
select col_is_pk('monitoring', 'sightings', array['exchange', 'account', 'symbol', 'position_side'], 'one row for each slot');
select results_eq(
    $$
        select a.attname::text collate "default"
        from pg_attribute as a
        where a.attrelid = 'monitoring.sightings'::regclass and a.attnum > 0 and a.attnotnull
        order by a.attnum
    $$,
    array['exchange', 'account', 'symbol', 'position_side', 'quantity', 'first_seen_at', 'last_seen_at'],
    'the slot, how much, and when'
);
create function pg_temp.outcome(changes jsonb)
returns text
language plpgsql
as $$
begin
    insert into monitoring.sightings
    select s.*
    from jsonb_populate_record(null::monitoring.sightings, '{
        "exchange": "binance", "account": "default", "symbol": "APTUSDT", "position_side": "both", "side": "short",
        "quantity": 61.8,
        "first_seen_at": "2026-01-01", "last_seen_at": "2026-01-01"
    }' || outcome.changes) as s;
    return 'taken';
exception
    when others then
        return sqlstate;
end
$$;
select is(pg_temp.outcome(v.changes::jsonb), v.outcome, v.changes)
from (values
    (1, '{}', 'taken'), (2, '{"quantity": 1}', '23505'), (3, '{"symbol": "A", "side": null, "quantity": 0}', 'taken'),
    (4, '{"position_side": "short"}', 'taken'), (5, '{"account": "second"}', 'taken'), (6, '{"exchange": "bybit"}', 'taken'),
    (7, '{"symbol": "B", "quantity": -1}', '23514'), (8, '{"symbol": "B", "quantity": "NaN"}', '23514'),
    (9, '{"symbol": "B", "quantity": null}', '23502'), (10, '{"symbol": "B", "side": "buy"}', '23514'),
    (11, '{"symbol": "b/c"}', '23514'), (12, '{"symbol": "B", "average_price": 0}', '23514'),
    (13, '{"symbol": "B", "stop_loss_price": -1}', '23514')
) as v (place, changes, outcome)
order by v.place;
select is((select count(*) from monitoring.positions), 0::bigint, 'they have nothing to do with the rows of the book');
select is_empty(
    $$
        select *
        from pg_class as c
        cross join aclexplode(c.relacl) as a
        where c.oid = 'monitoring.sightings'::regclass and a.grantee <> c.relowner
    $$,
    'nobody else may do anything with it'
);

select * from finish();
rollback;
