-- What identifies a slot, a request or an order is compared by its bytes: a server's locale, and what an upgrade makes of it, moves
-- nothing.

begin;
set local search_path = tap, pg_catalog;
select plan(8);

create temporary table mine as
select c.oid as relation, c.relkind
from pg_class as c
where c.relnamespace in ('monitoring'::regnamespace, 'tradelatch'::regnamespace) and c.relowner = 'tradelatch_owner'::regrole;

create temporary table compared as
select
    'column' as kind,
    format('%s.%s', a.attrelid::regclass, a.attname) as name,
    a.attcollation as collation_id
from mine as m
inner join pg_attribute as a on a.attrelid = m.relation
where m.relkind in ('r', 'v', 'c')
    and a.attnum > 0
    and not a.attisdropped
    and a.attcollation <> 0
    and (
        a.attname in ('exchange', 'account', 'symbol', 'alias', 'check_name', 'order_key', 'order_cancels', 'stop_loss_order', 'orders_arrived')
        or a.attname = 'name' and m.relation = 'monitoring.order_sightings'::regclass
        or a.attname ~ '(position_side|request_id|order_id|orders)$'
    )
union all
select
    'domain',
    t.oid::regtype::text,
    t.typcollation
from pg_type as t
where t.typnamespace in ('monitoring'::regnamespace, 'tradelatch'::regnamespace) and t.typtype = 'd' and t.typcollation <> 0
    and t.typname not in ('origin', 'reason', 'side')
union all
select
    'index',
    format('%s (%s)', i.indexrelid::regclass, k.place),
    k.collation_id
from pg_index as i
inner join mine as m on m.relation = i.indrelid
inner join pg_class as c on c.oid = i.indexrelid and c.relname not in ('idx_positions_exit_reason', 'idx_positions_status') -- a table's own
cross join unnest(i.indcollation::oid[]) with ordinality as k (collation_id, place)
where k.collation_id <> 0 and m.relation not in (
    'monitoring.position_statuses'::regclass, 'monitoring.position_transitions'::regclass -- words of ours
);

select is_empty(
    format(
        'select c.name, c.collation_id::regcollation from compared as c where c.kind = %L and c.collation_id <> ''"C"''::regcollation',
        k.kind
    ),
    format('each %s is compared in "C"', k.kind)
)
from unnest(array['column', 'domain', 'index']) as k (kind);

-- What makes a slot, a request or an order is among them.
select set_has(
    'select c.name from compared as c where c.kind = ''column''',
    $$
        select format('monitoring.%s.%s', t.name, c.name)
        from unnest(array['positions', 'sightings', 'marks', 'alerts', 'health_findings']) as t (name)
        cross join unnest(array['exchange', 'account', 'symbol', 'position_side']) as c (name)
    $$,
    'slots, wherever they stand'
);
select set_has(
    'select c.name from compared as c where c.kind = ''column''',
    $$
        values
            ('monitoring.positions.request_id'), ('monitoring.positions.order_key'), ('monitoring.positions.exchange_order_id'),
            ('monitoring.positions.stop_loss_order_id'), ('monitoring.positions.stop_loss_order'),
            ('monitoring.positions.orders_arrived'), ('monitoring.positions.own_orders'), ('monitoring.sightings.stop_loss_order_id'),
            ('monitoring.order_sightings.name'), ('monitoring.order_sightings.symbol'), ('monitoring.snapshots.exchange'), ('monitoring.snapshots.account'), ('monitoring.exchange_aliases.alias')
    $$,
    'requests, orders and aliases'
);
select set_has(
    'select c.name from compared as c where c.kind = ''column''',
    $$
        select format('tradelatch.%s.%s', t.name, c.name)
        from unnest(array['positions', 'open_positions', 'receipt', 'finding']) as t (name)
        cross join unnest(array['exchange', 'account', 'symbol', 'position_side']) as c (name)
    $$,
    'and in what is shown'
);
select set_has(
    'select c.name from compared as c where c.kind = ''index''',
    $$
        select format('monitoring.%s (%s)', i.name, k.place)
        from (
            values ('idx_unique_active_position', 3), ('idx_unique_active_position_short', 3), ('idx_unique_position_request', 3),
                ('position_events_attempt', 1)
        ) as i (name, keys)
        cross join generate_series(1, i.keys) as k (place)
    $$,
    'the indexes that decide'
);
select set_has(
    'select c.name from compared as c where c.kind = ''domain''',
    $$
        select 'monitoring.' || d.name
        from unnest(array['exchange', 'account', 'symbol', 'position_side', 'request', 'order_id']) as d (name)
    $$,
    'and the domains'
);

select * from finish();
rollback;
