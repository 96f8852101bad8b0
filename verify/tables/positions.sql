-- Verify tradelatch:tables/positions on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.positions', 'table', readable_by => null);

-- What identifies a slot, a request or an order, in a table that was taken over too.
select
    pg_temp.assert(
        a.attcollation = '"C"'::regcollation,
        format('monitoring.positions.%s is compared in %s; expected "C"', wanted.name, a.attcollation::regcollation)
    )
from (
    values
    ('exchange'), ('account'), ('symbol'), ('position_side'), ('request_id'), ('order_key'), ('exchange_order_id'),
    ('stop_loss_order'), ('stop_loss_order_id'), ('orders_arrived'), ('own_orders')
) as wanted (name)
left join pg_attribute as a on a.attrelid = 'monitoring.positions'::regclass and a.attname = wanted.name;

-- Whoever read a table that was taken over goes on reading it.
select
    pg_temp.assert(
        h.name !~ '^(PUBLIC|tradelatch_)'
        and exists (
            select
            from pg_attribute as a
            where a.attrelid = c.oid and a.attname = 'signal_id' and not a.attisdropped
        ),
        format('monitoring.positions: readable by %s', h.name)
    )
from pg_class as c
cross join unnest(pg_temp.holders('r', c.relacl, c.relowner, 'SELECT')) as h (name)
where c.oid = 'monitoring.positions'::regclass;

\ir ../../deploy/adoption/prices.psql
\if :has_prices

select pg_temp.assert_columns('monitoring.positions', 'priced_at timestamp with time zone');

select pg_temp.assert_trigger(
    'positions_priced',
    on_table => 'monitoring.positions',
    fires => 'BEFORE UPDATE OF current_price, unrealized_pnl',
    for_each => 'ROW',
    calls => 'monitoring.stamp_price()'
);

select pg_temp.assert_function(
    'monitoring.stamp_price()',
    returns => 'trigger',
    volatility => 'volatile',
    settings => array['search_path=pg_catalog, pg_temp']
);

\endif

rollback;
