-- What everything that changes something calls first.

begin;
\ir setup.psql
select plan(8);

select is_internal('monitoring.lock_slot(text, text, text)', 'volatile');

set local synchronous_commit = off;
select monitoring.lock_slot('binance', 'default', 'APTUSDT');
select results_eq(
    $$
        select (l.classid::bigint << 32) | l.objid::bigint, l.objsubid, l.mode, l.granted
        from pg_locks as l
        where l.pid = pg_backend_pid() and l.locktype = 'advisory'
    $$,
    $$ values (monitoring.slot_key('binance', 'default', 'APTUSDT'), 1::smallint, 'ExclusiveLock', true) $$,
    'it holds the advisory lock of the slot, nobody else''s'
);
select is(current_setting('synchronous_commit'), 'on', 'and makes the transaction durable');
select lives_ok($$ select monitoring.lock_slot('binance', 'default', 'APTUSDT') $$, 'again, in the same transaction');
set local client_min_messages = error;
select is(
    pg_advisory_unlock(monitoring.slot_key('binance', 'default', 'APTUSDT')),
    false,
    'it ends with the transaction: nobody can give it back before'
);
select is(
    (select count(*) from pg_locks as l where l.pid = pg_backend_pid() and l.locktype = 'advisory'),
    1::bigint,
    'it is still held'
);

select * from finish();
rollback;
