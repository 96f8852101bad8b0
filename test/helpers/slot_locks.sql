-- Whose locks are whose slots'. With others' locks it is in test/database/test_locks.py.

begin;
\ir setup.psql
select plan(4);

select is_internal('monitoring.slot_locks()', 'stable');

select tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333);
select is_empty(
    $$ select from monitoring.slot_locks() as l where l.pid = pg_backend_pid() $$, 'what this session holds is no news'
);

select * from finish();
rollback;
