-- The row of a position, which others lock without its slot's lock; who does is named, see test/database/test_waiting.py.

begin;
\ir setup.psql
select plan(4);

select is_internal('monitoring.wait_for_row(bigint)', 'volatile');

select position_id as position from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333) \gset
select is((monitoring.wait_for_row(:position)).symbol::text, 'APTUSDT', 'one that is free is locked at once');

select * from finish();
rollback;
