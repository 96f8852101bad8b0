-- Slots that stay locked. With others' locks it is in test/database/test_locks.py.

begin;
\ir setup.psql
select plan(4);

select is_internal('monitoring.lock_findings(text, text, text[])', 'stable');

insert into monitoring.lock_sightings (exchange, account, symbol, pid, transaction, first_seen_at)
values ('binance', 'default', 'APTUSDT', pg_backend_pid(), '3/0', '2000-01-01');
select is_empty(
    'select from monitoring.lock_findings(null, null, null)', 'who was seen long ago, and holds nothing now, is no finding'
);

select * from finish();
rollback;
