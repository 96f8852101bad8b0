-- Who holds the lock of a slot. What it shows of others is in test/database/test_locks.py.

begin;
\ir setup.psql
select plan(8);

select declared(
    'lock_holders',
    '',
    'TABLE(exchange text, account text, symbol text, pid integer, user_name text, application_name text, is_holder boolean, since timestamp with time zone)',
    'tradelatch_reader'
);
select is(p.provolatile, 's', 'lock_holders reads only')
from pg_proc as p
where p.oid = 'tradelatch.lock_holders'::regproc;

call given('APTUSDT', 'active');
select is_empty(
    $$ select from tradelatch.lock_holders() as l where l.pid = pg_backend_pid() $$, 'whoever asks is no news to himself'
);

select * from finish();
rollback;
