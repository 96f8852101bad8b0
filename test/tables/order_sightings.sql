-- What was seen of orders that is not as the book has it.

begin;
set local search_path = tap, pg_catalog;
select plan(12);

select table_owner_is('monitoring', 'order_sightings', 'tradelatch_owner', 'it is the owner''s');
select results_eq(
    $$
        select a.attname::text collate "default"
        from pg_attribute as a
        where a.attrelid = 'monitoring.order_sightings'::regclass and a.attnum > 0 and a.attnotnull
        order by a.attnum
    $$,
    array['exchange', 'account', 'symbol', 'name', 'problem', 'moved_at', 'first_seen_at', 'last_seen_at'],
    'which order, what is wrong, and when'
);
create function pg_temp.outcome(changes jsonb)
returns text
language plpgsql
as $$
begin
    insert into monitoring.order_sightings
    select s.*
    from jsonb_populate_record(null::monitoring.order_sightings, '{
        "exchange": "binance", "account": "default", "symbol": "APTUSDT", "name": "x", "position_id": 1, "problem": "absent",
        "moved_at": "2026-01-01", "first_seen_at": "2026-01-01", "last_seen_at": "2026-01-01"
    }' || outcome.changes) as s;
    return 'taken';
exception
    when others then
        return sqlstate;
end
$$;
select is(pg_temp.outcome(v.changes::jsonb), v.outcome, v.changes)
from (values
    (1, '{}', 'taken'), (2, '{"problem": "mismatched"}', '23505'), (3, '{"name": "*"}', 'taken'), (4, '{"position_id": 2}', 'taken'),
    (5, '{"position_id": null}', 'taken'), (6, '{"position_id": null, "quantity": 1}', '23505'), (7, '{"account": "second"}', 'taken'),
    (8, '{"symbol": "a/b"}', '23514'), (9, '{"name": null}', '23502')
) as v (place, changes, outcome)
order by v.place;
select is_empty(
    $$
        select *
        from pg_class as c
        cross join aclexplode(c.relacl) as a
        where c.oid = 'monitoring.order_sightings'::regclass and a.grantee <> c.relowner
    $$,
    'nobody else may do anything with it'
);

select * from finish();
rollback;
