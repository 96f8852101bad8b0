-- What open positions are worth: a small table with room for ticks.

begin;
set local search_path = tap, pg_catalog;
select plan(4);

select table_owner_is('monitoring', 'marks', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'marks', array['exchange', 'account', 'symbol', 'position_side'], 'one row for each slot');
select is(
    (select count(*) from pg_index as i where i.indrelid = 'monitoring.marks'::regclass),
    1::bigint,
    'no index but its key: what a tick changes is in none, so that it stays heap-only'
);
select throws_ok(
    $$
        insert into monitoring.marks (exchange, account, symbol, position_side, position_id, price, marked_at)
        values ('binance', 'default', 'APTUSDT', 'both', 1, 'NaN', now())
    $$,
    '23514',
    null,
    'a price is a price'
);

select * from finish();
rollback;
