-- The same by the number of a position.

begin;
\ir setup.psql
select plan(5);

select is_internal('monitoring.wait_for_position(bigint)', 'volatile');

select position_id as position from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333) \gset
select is(answer(format('monitoring.wait_for_position(%s)', :position)), '', 'the slot of a position');
select is(answer('monitoring.wait_for_position(-1)'), 'TL004', 'of one that is not there');

select * from finish();
rollback;
