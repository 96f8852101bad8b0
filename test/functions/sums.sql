-- Quantities are below 1e30, and so is what they come to together: nobody sees a CHECK of the table.

begin;
\ir setup.psql
select plan(4);

-- More is open than was filled, almost all that there can be; a close of it is for that, and for what may yet fill.
create procedure add_to(symbol text)
language plpgsql
as $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p
    set
        open_quantity = 999999999999999999999999999990,
        close_quantity = case when p.close_quantity is not null then 999999999999999999999999999996 end
    where p.id = id(add_to.symbol);
    perform set_config('session_replication_role', 'origin', true);
end
$$;

call given('OPENUSDT', 'pending_sl', filled => 4);
call add_to('OPENUSDT');
select refused($$confirm_entry(id('OPENUSDT'), fence('OPENUSDT'), 14)$$, '22023 filled_quantity', '10 more are too many');
select is(
    (tradelatch.confirm_entry(id('OPENUSDT'), fence('OPENUSDT'), 13)).order_quantity, 999999999999999999999999999999,
    '9 more are not'
);

call given('CLOSEUSDT', 'pending_rollback', filled => 4);
call add_to('CLOSEUSDT');
select refused(
    $$confirm_entry(id('CLOSEUSDT'), fence('CLOSEUSDT'), 14)$$, '22023 filled_quantity', 'the same while it is rolled back'
);
select is(
    (tradelatch.confirm_entry(id('CLOSEUSDT'), fence('CLOSEUSDT'), 13)).order_quantity, 999999999999999999999999999999,
    '9 more are not'
);

select * from finish();
rollback;
