-- Who waits for a slot, and gets it. How a refusal names the holder is in test/database/test_locks.py.

begin;
\ir setup.psql
select plan(5);

select is_internal('monitoring.wait_for_slot(text, text, text)', 'volatile');

set local synchronous_commit = off;
select monitoring.wait_for_slot('binance', 'default', 'APTUSDT');
select is(
    (
        select array_agg((l.classid::bigint << 32) | l.objid::bigint)
        from pg_locks as l
        where l.pid = pg_backend_pid() and l.locktype = 'advisory'
    ),
    array[monitoring.slot_key('binance', 'default', 'APTUSDT')],
    'it holds the lock of the slot, when it was free'
);
select is(current_setting('synchronous_commit'), 'on', 'and makes the transaction durable');

select * from finish();
rollback;
