-- What is held no more is forgotten; what others hold is in test/database/test_locks.py.

begin;
\ir setup.psql
select plan(4);

select is_internal('monitoring.note_locks()', 'volatile');

insert into monitoring.lock_sightings (exchange, account, symbol, pid, transaction)
values ('binance', 'default', 'APTUSDT', pg_backend_pid(), '3/0');
select monitoring.note_locks();
select is_empty('select from monitoring.lock_sightings', 'who was seen and holds nothing now');

select * from finish();
rollback;
