-- What other modules read in every row of a table that was taken over, whoever wrote it.

begin;
\ir ../helpers/setup.psql
\ir ../../deploy/adoption/has_old_columns.psql
\if :has_old_columns

select plan(14);

create function pg_temp.old_columns(position_id bigint)
returns text
language sql
return (
    select concat_ws(' ', p.signal_id, p.has_stop_loss, round(p.pnl, 2), round(p.pnl_percentage, 2))
    from monitoring.positions as p
    where p.id = old_columns.position_id
);

-- Were one of these asked, it would say so.
create schema stranger;
create function stranger.abs(numeric) returns numeric language plpgsql as $$ begin raise 'a stranger was asked'; end $$;
do $$
declare
    v_one record;
begin
    for v_one in
        select o.oprname as name, o.oprleft::regtype as type, o.oprresult::regtype as result
        from pg_operator as o
        where o.oprleft = o.oprright
            and (o.oprleft = 'numeric'::regtype or o.oprleft = 'text'::regtype and o.oprresult = 'boolean'::regtype)
            and o.oprname in ('=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/')
    loop
        execute format(
            'create or replace function stranger.refuse_%1$s(a %2$s, b %2$s) returns %1$s language plpgsql'
            ' as $x$ begin raise ''a stranger was asked''; end $x$;'
            ' create operator stranger.%3$s (function = stranger.refuse_%1$s, leftarg = %2$s, rightarg = %2$s)',
            v_one.result, v_one.type, v_one.name
        );
    end loop;
end
$$;

select position_id, fence, left(order_client_order_id, 24) as key
from tradelatch.create_position('binance', 'NEWUSDT', 'short', 10, 2, signal_id => 77) \gset
select is(pg_temp.old_columns(:position_id), '77 f', 'a new position has its signal, and no stop-loss');

select outcome from tradelatch.confirm_entry(:position_id, :fence, 10, 2) \g /dev/null
select is(pg_temp.old_columns(:position_id), '77 f', 'a filled one has none yet');

select outcome from tradelatch.activate_position(:position_id, :fence, 2.05, :'key' || 's1') \g /dev/null
select is(pg_temp.old_columns(:position_id), '77 t', 'an active one has one');

update monitoring.positions set has_stop_loss = false, realized_pnl = 0 where id = :position_id;
select is(pg_temp.old_columns(:position_id), '77 f', 'what another module writes there stays while the status does');

update monitoring.positions set has_stop_loss = true where id = :position_id;
select outcome from tradelatch.confirm_orders(:position_id, array[:'key' || 's1']) \g /dev/null
select is(pg_temp.old_columns(:position_id), '77 f', 'one whose stop-loss is gone has none');

select fence from tradelatch.take_over(:position_id, 'its stop-loss is gone') \gset
select outcome from tradelatch.activate_position(:position_id, :fence, 2.05, :'key' || 's2') \g /dev/null
select is(pg_temp.old_columns(:position_id), '77 t', 'until the next stands');

select outcome from tradelatch.confirm_close(
    :position_id, 'stop-loss', array[:'key' || 's2'], exit_price => 2.1, realized_pnl => -1.25
) \g /dev/null
select is(pg_temp.old_columns(:position_id), '77 t -1.25 -6.25', 'a closed one has the profit that the exchange told');

update monitoring.positions set pnl = -1.3 where id = :position_id;
update monitoring.positions set realized_pnl = realized_pnl where id = :position_id;
select is(pg_temp.old_columns(:position_id), '77 t -1.30 -6.25', 'what another module writes there stays while the profit does');

select outcome from tradelatch.settle_position(:position_id, realized_pnl => -1.5) \g /dev/null
select is(pg_temp.old_columns(:position_id), '77 t -1.50 -7.50', 'and follows it');

select position_id, fence, left(order_client_order_id, 24) as key
from tradelatch.create_position('binance', 'NEXTUSDT', 'long', 10, 2) \gset
select outcome from tradelatch.confirm_entry(:position_id, :fence, 10, 2) \g /dev/null
select outcome from tradelatch.activate_position(:position_id, :fence, 1.9, :'key' || 's1') \g /dev/null
select outcome from tradelatch.confirm_close(:position_id, 'x', array[:'key' || 's1'], exit_price => 2.1) \g /dev/null
select is(pg_temp.old_columns(:position_id), 't 1.00 5.00', 'where the exchange told none it is what the prices say');

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, filled_quantity, open_quantity, average_price, stop_loss_price
)
values ('binance', 'HANDUSDT', 'long', 10, 2, 'active', 10, 10, 2, 1.9)
returning id as open_id \gset
select is(pg_temp.old_columns(:open_id), 't', 'an active one that is put in has a stop-loss');

insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, stop_loss_price)
values ('binance', 'BAREUSDT', 'long', 10, 2, 'active', 1.9)
returning id as bare_id \gset
select is(pg_temp.old_columns(:bare_id), 't', 'also where nobody wrote what it was bought for');

set local search_path = stranger, pg_catalog;
update monitoring.positions set realized_pnl = 3, pnl = 2 where id = :position_id;
update monitoring.positions set realized_pnl = null where symbol::text operator(pg_catalog.~) '^N[EWXT]+USDT$';
update monitoring.positions set realized_pnl = 3 where id operator(pg_catalog.=) any (array[:position_id, :open_id]);
set local search_path = tap, pg_catalog;
select is(pg_temp.old_columns(:position_id), 't 3.00 15.00', 'no operator of another schema is asked');

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status, closed_at, filled_quantity, average_price, exit_price, signal
)
values ('binance', 'OVERUSDT', 'short', 10, 2, 'closed', clock_timestamp(), 10, 2, 1.9, 8)
returning id as position_id \gset
select is(pg_temp.old_columns(:position_id), '8 f 1.00 5.00', 'a row that is put in when it is over has its profit');

\else

select plan(1);
select is_empty(
    $$ select from pg_trigger as t where t.tgrelid = 'monitoring.positions'::regclass and t.tgname ~ 'old_columns' $$,
    'a table that tradelatch made has no such columns'
);

\endif

select * from finish();
rollback;
