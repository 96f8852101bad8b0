-- The door to monitoring.findings, whose tests are in test/helpers: names in other spellings, what is refused, who may.

begin;
\ir setup.psql
\ir evidence.psql
select plan(59);

select declared(
    'diagnose',
    'exchange text = null, symbol text = null, account text = null, stale_after interval = ''5 minutes''',
    'SETOF tradelatch.finding',
    'tradelatch_reader'
);
select ok(
    p.provolatile = 's' and p.prosecdef and p.proowner = 'tradelatch_owner'::regrole
    and p.proconfig @> array['search_path=pg_catalog, pg_temp'],
    'it reads only, as tradelatch_owner, with its search_path pinned'
)
from pg_proc as p
where p.oid = 'tradelatch.diagnose(text, text, text, interval)'::regprocedure;

select is_empty('select * from tradelatch.diagnose()', 'nothing is wrong with an empty book');

call given('APTUSDT', 'pending_sl');
call given('METUSDT', 'active');
select (tradelatch.adopt_position('bybit', 'APTUSDT', 'long', 1, 1, now())).outcome;
select (tradelatch.adopt_position('bybit', 'APTUSDT', 'long', 1, 1, now(), account => 'second')).outcome;
call given('NEWUSDT', 'pending_rollback');
call given('OLDUSDT', 'pending_entry');
call later('10 minutes');
call given('LATEUSDT', 'entry_placed');
call lapse('LATEUSDT', '6 seconds');
select show('{"METUSDT long 9"}', complete => false);

create function told(arguments text)
returns text[]
language plpgsql
as $$
declare
    v_told text[];
begin
    execute format(
        'select array_agg(concat_ws('' '', f.exchange, f.account, f.symbol)) from tradelatch.diagnose(%s) as f', told.arguments
    ) into v_told;
    return v_told;
end
$$;
select is(told(v.arguments), v.told, 'diagnose ' || v.arguments)
from (values
    ('exchange => '' BYBIT ''', '{bybit default APTUSDT,bybit second APTUSDT}'::text[]),
    ('exchange => ''binanceusdm'', symbol => ''apt/usdt:usdt''', '{binance default APTUSDT}'),
    ('symbol => '' APT/USDT ''', '{binance default APTUSDT,bybit default APTUSDT,bybit second APTUSDT}'),
    ('account => '' second ''', '{bybit second APTUSDT}'),
    ('exchange => ''bybit'', account => ''default'', symbol => ''APTUSDT''', '{bybit default APTUSDT}'),
    ('exchange => ''okx''', null),
    ('account => ''Second''', null),
    ('symbol => ''NONEUSDT''', null)
) as v (arguments, told);
select is(
    (select array_agg(line(f)) from tradelatch.diagnose(exchange => 'binance', stale_after => v.stale_after) as f), v.lines,
    'the critical ones first; stale_after ' || v.stale_after
)
from (values
    (
        interval '5 minutes',
        '{
            "critical no_stop_loss APTUSDT both pending_sl: recover",
            "critical pending_rollback NEWUSDT both pending_rollback: recover",
            "warning incomplete OLDUSDT both pending_entry: recover",
            "info incomplete LATEUSDT both entry_placed: recover",
            "info quantity_mismatch METUSDT both active: wait for another snapshot"
        }'::text[]
    ),
    (
        '1 hour',
        '{
            "critical no_stop_loss APTUSDT both pending_sl: recover",
            "critical pending_rollback NEWUSDT both pending_rollback: recover",
            "info incomplete LATEUSDT both entry_placed: recover",
            "info incomplete OLDUSDT both pending_entry: recover",
            "info quantity_mismatch METUSDT both active: wait for another snapshot"
        }'
    ),
    (
        '0',
        '{
            "critical no_stop_loss APTUSDT both pending_sl: recover",
            "critical pending_rollback NEWUSDT both pending_rollback: recover",
            "warning incomplete LATEUSDT both entry_placed: recover",
            "warning incomplete OLDUSDT both pending_entry: recover",
            "info quantity_mismatch METUSDT both active: wait for another snapshot"
        }'
    )
) as v (stale_after, lines);

-- It changes nothing, not where nothing may be written, either.
create table before as
select book() as book;
set local transaction_read_only = on;
select is((select count(*) from tradelatch.diagnose()), 7::bigint, 'in a transaction that only reads');
select is(book(), b.book, 'it changes nothing')
from before as b;

-- What is refused. A transaction that only reads cannot be made to write again.
select refused_values('diagnose', '{}', v.argument, v.bad)
from (values
    ('exchange', optional(bad_texts(50))),
    ('symbol', optional(bad_texts(64)) || array['NEW/']),
    ('account', optional(bad_texts(64))),
    ('stale_after', bad_intervals() || array['11 years'])
) as v (argument, bad);

-- Who may.
select is((try('diagnose()', role => r.role, look => 'select ''done''')).seen, 'done', r.role || ' may')
from (values ('tradelatch_reader'), ('tradelatch_bot'), ('tradelatch_operator')) as r (role);

select * from finish();
rollback;
