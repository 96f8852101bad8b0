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

-- What keeps a table from being taken over, and from being given back, stays away from it.
\ir ../../deploy/adoption/surroundings.psql
select pg_temp.assert(false, format('monitoring.positions: %s: %s', s.problem, s.found))
from pg_temp.surroundings(true) as s;

select
    pg_temp.assert(
        format_type(a.atttypid, a.atttypmod) = wanted.type,
        format('monitoring.positions.%s is %s; expected %s', wanted.name, format_type(a.atttypid, a.atttypmod), wanted.type)
    )
from (
    values
    ('exchange', 'monitoring.exchange'), ('account', 'monitoring.account'), ('symbol', 'monitoring.symbol'),
    ('position_side', 'monitoring.position_side'), ('side', 'monitoring.side'), ('quantity', 'monitoring.amount'),
    ('entry_price', 'monitoring.amount'), ('stop_loss_percent', 'monitoring.percent'), ('origin', 'monitoring.origin'),
    ('request_id', 'monitoring.request'), ('filled_quantity', 'monitoring.filled_amount'), ('average_price', 'monitoring.amount'),
    ('open_quantity', 'monitoring.filled_amount'), ('exchange_order_id', 'monitoring.order_id'),
    ('exit_reason', 'monitoring.reason'), ('exit_price', 'monitoring.amount'), ('realized_pnl', 'monitoring.money'),
    ('fees', 'monitoring.money'),
    ('stop_loss_price', 'monitoring.amount'), ('stop_loss_order_id', 'monitoring.order_id'),
    ('close_quantity', 'monitoring.amount')
) as wanted (name, type)
left join pg_attribute as a on a.attrelid = 'monitoring.positions'::regclass and a.attname = wanted.name;

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
