-- Verify tradelatch:tables/sightings on pg

begin;

select 1 / count(*)
from pg_catalog.pg_class as c
where c.oid = 'monitoring.sightings'::regclass
    and c.relowner = 'tradelatch_owner'::regrole
    and not pg_catalog.has_table_privilege('tradelatch_operator', c.oid, 'select, insert, update, delete, truncate')
    and not pg_catalog.has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate');

select
    exchange,
    account,
    symbol,
    position_side,
    side,
    quantity,
    average_price,
    stop_loss_price,
    stop_loss_order_id,
    no_stop_loss_since,
    no_stop_loss_until,
    first_seen_at,
    last_seen_at
from monitoring.sightings
where false;

rollback;
