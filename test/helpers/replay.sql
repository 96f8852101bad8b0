-- The answer to a call that was done before: no other move, but the orders that it names end all the same.

begin;
\ir setup.psql
select plan(13);

select is_internal('monitoring.replay(monitoring.positions, boolean, boolean, text[], boolean)', 'volatile');

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, origin, order_key, status, filled_quantity, open_quantity, orders_arrived, ends_as
)
values ('binance', 'APTUSDT', 'long', 10, 100, 'created', 'K', 'pending_cancels', 10, 0, '{Ke1,Ks1,Kc1}', 'closed');

create function replayed(ended text[], drives boolean default false, shows boolean default false, ends_fills boolean default false)
returns text
language plpgsql
as $$
declare
    v_row monitoring.positions := (select p from monitoring.positions as p where p.symbol = 'APTUSDT');
    v_receipt tradelatch.receipt;
begin
    v_receipt := monitoring.replay(v_row, replayed.drives, replayed.shows, replayed.ended, replayed.ends_fills);
    return concat_ws(
        ' ', v_receipt.outcome, v_receipt.status, case when v_receipt.fence = v_row.fence then 'fence' end,
        'cancel ' || array_to_string(v_receipt.order_cancels, ',')
    );
end
$$;
create function events()
returns text
language sql
volatile
return (
    select string_agg(e.event || ' ' || (e.details -> 'orders_ended')::text, ', ' order by e.id)
    from monitoring.position_events as e
    where e.event <> 'create_position'
);

select is(replayed('{}'), 'replayed pending_cancels', 'nothing');
select is(replayed('{}', shows => true), 'replayed pending_cancels fence cancel Ke1,Ks1,Kc1', 'to the driver, where it stands');
select is(replayed('{x}'), 'replayed pending_cancels', 'an order that is not left');
select is(replayed('{Ke1}'), 'replayed pending_cancels', 'an entry, of a call that does not say what it filled');
select is(events(), null, 'make no move');
select is(replayed('{Ks1}', shows => true), 'replayed pending_cancels fence cancel Ke1,Kc1', 'an order that ended');
select is(replayed('{Ke1}', ends_fills => true), 'replayed pending_cancels', 'an entry, of one that does');
select is(events(), 'confirm_orders ["Ks1"], confirm_orders ["Ke1"]', 'are logged');
select is(replayed('{Kc1}'), 'replayed closed', 'the last one completes it');
select is(replayed('{Kc1}', shows => true), 'replayed closed fence', 'and what is over stays so');

select * from finish();
rollback;
