-- Active positions whose stop-loss is proven gone.

begin;
\ir setup.psql
select plan(10);

select is_in_views('monitoring.stops_gone()', 'stable');

insert into monitoring.positions (
    exchange, symbol, side, position_side, quantity, entry_price, status, filled_quantity, open_quantity, stop_loss_price,
    stop_loss_order, orders_arrived, orders_at
)
values
    ('binance', 'A', 'long', 'both', 1, 1, 'active', 1, 1, 0.9, 'id:1', array['id:1'], now() - interval '1 hour'),
    ('binance', 'B', 'short', 'short', 1, 1, 'active', 1, 1, 1.1, null, array['*'], now() - interval '1 hour'),
    ('binance', 'C', 'long', 'both', 1, 1, 'pending_sl', 1, 1, 0.9, null, '{}', now() - interval '1 hour');

create temporary table ids on commit drop as
select min(p.id) as a
from monitoring.positions as p;

select is_empty('select * from monitoring.stops_gone()', 'nothing was seen');

insert into monitoring.sightings (
    exchange, account, symbol, position_side, side, quantity, no_stop_loss_since, no_stop_loss_until, first_seen_at, last_seen_at
)
select 'binance', 'default', s.symbol, s.position_side, s.side, 1, t.at, t.at, t.at, t.at
from (values ('A', 'both', 'long'), ('B', 'short', 'short'), ('C', 'both', 'long')) as s (symbol, position_side, side)
cross join (select now() - interval '10 minutes' as at) as t;
select is_empty('select * from monitoring.stops_gone()', 'once is no proof');

update monitoring.sightings set no_stop_loss_until = now() - interval '9 minutes';
select results_eq(
    'select * from monitoring.stops_gone() as g order by g', 'select a::bigint from ids union all select a::bigint + 1 from ids',
    'twice is, in hedge mode too; of what is active'
);

set local session_replication_role = replica; -- the guard says when orders moved
update monitoring.positions set orders_at = now() - interval '5 minutes' where symbol = 'A';
set local session_replication_role = origin;
select results_eq('select * from monitoring.stops_gone()', 'select a::bigint + 1 from ids', 'what was seen before its orders moved says nothing');

truncate monitoring.sightings;
insert into monitoring.order_sightings (
    exchange, account, symbol, name, position_id, problem, moved_at, first_seen_at, last_seen_at
)
select 'binance', 'default', s.symbol, s.name, ids.a + s.place, s.problem, now(), now() - interval '4 minutes', now() - interval '3 minutes'
from ids
cross join (
    values ('A', 'id:1', 0, 'absent'), ('A', 'id:7', 0, 'absent'), ('B', '*', 1, 'mismatched'), ('C', '*', 2, 'absent')
) as s (symbol, name, place, problem);
select results_eq('select * from monitoring.stops_gone()', 'select a::bigint from ids', 'lists of orders say it of the order that is its stop-loss');

update monitoring.order_sightings set problem = 'absent' where name = '*' and symbol = 'B';
select results_eq(
    'select * from monitoring.stops_gone() as g order by g', 'select a::bigint from ids union all select a::bigint + 1 from ids',
    'and of one that nobody can name'
);

update monitoring.order_sightings set first_seen_at = last_seen_at;
select is_empty('select * from monitoring.stops_gone()', 'once is no proof there, either');

select * from finish();
rollback;
