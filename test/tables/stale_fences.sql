-- How many calls came too late, although nothing of them stays.

begin;
set local search_path = tap, pg_catalog;
select plan(3);

select position_id as position, fence
from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333)
\gset
select h.stale_fences_refused as before from tradelatch.health as h
\gset
select throws_ok(
    format('select tradelatch.renew_lease(%s, %s)', :position, :fence - 1), 'TL003', null, 'a call that came too late'
);
select is((select h.stale_fences_refused - :before from tradelatch.health as h), 1::bigint, 'is counted');
select tradelatch.renew_lease(:position, :fence);
select is((select h.stale_fences_refused - :before from tradelatch.health as h), 1::bigint, 'one in time is not');

select * from finish();
rollback;
