-- What cleanup does in each mode, what it leaves alone, and that a dry run says the same and changes nothing.

begin;
\ir setup.psql
\ir evidence.psql
select plan(126);

select declared_as_move(
    'cleanup',
    'mode text, exchange text = null, symbol text = null, account text = null, older_than interval = ''0'', '
    'dry_run boolean = true, reason text = ''cleanup''',
    'SETOF tradelatch.cleanup_action',
    'tradelatch_operator'
);

call without_indexes();
-- Duplicates: one without exposure of its own, one that may be filled yet, one that is driven.
call given('D1USDT', 'active');
call put('D1USDT', 9);
call given('D2USDT', 'active');
call given('D2USDT', 'pending_entry');
call given('D3USDT', 'active');
call put('D3USDT', 9);
-- Unfinished: proven empty with no order left, with one that may still be sent, with one that arrived; and one that has something
-- open.
call put_unfinished('I1USDT', 'pending_entry');
call put_unfinished('I2USDT', 'entry_placed');
call given('I3USDT', 'pending_sl');
call put_unfinished('I4USDT', 'pending_close');
call put_unfinished('I5USDT', 'pending_rollback');
call given('I6USDT', 'pending_rollback', filled => 0);
call given('I7USDT', 'pending_sl');
call given('I8USDT', 'pending_entry');
call given('I9USDT', 'pending_sl');
call arrived('I9USDT', 's1');
-- In the book and not on the exchange, on the exchange and not in the book, and both as they should be.
call given('O1USDT', 'active');
call given('O2USDT', 'active', 'short');
call given('O3USDT', 'active', 'long', 'long');
call given('K1USDT', 'active');
call given('K2USDT', 'closed');
call later('3 hours');
create table shown as
select
    array[
        'D1USDT long 10', 'D2USDT long 10', 'D3USDT long 10', 'I7USDT long 10', 'K1USDT long 10', 'X1USDT long 5',
            'X2USDT short 5'
    ] as entries;
select show(s.entries, clock_timestamp() - interval '110 minutes', max_closes => 100)
from shown as s;
select show(s.entries || text 'X3USDT long 5', clock_timestamp() - interval '50 minutes', max_closes => 100)
from shown as s;
select show(s.entries || text 'X3USDT long 5' || text 'X4USDT short 5', clock_timestamp() - interval '40 minutes',
    max_closes => 100)
from shown as s;
select is((tradelatch.begin_close(id('D3USDT'), 'x', attempt => gen_random_uuid())).status, 'pending_close', 'D3USDT is driven');

create table modes as
select *
from (values
    (
        1, 'duplicates',
        '{
            "end D1USDT both active>closed",
            "needs recover D2USDT both pending_entry> recover: an entry order may have reached the exchange",
            "needs recover D3USDT both pending_close> it is being driven"
        }'::text[]
    ),
    (
        2, 'orphaned_db',
        '{
            "needs recover I3USDT both pending_sl> recover: an order of it may still be sent",
            "end I9USDT both pending_sl>pending_cancels",
            "end O1USDT both active>pending_cancels",
            "end O2USDT both active>pending_cancels",
            "end O3USDT long active>pending_cancels"
        }'
    ),
    (
        3, 'incomplete',
        '{
            "end I1USDT both pending_entry>failed",
            "end I2USDT both entry_placed>canceled",
            "end I4USDT both pending_close>closed",
            "end I5USDT both pending_rollback>rolled_back",
            "needs recover I6USDT both pending_rollback> recover",
            "needs recover I7USDT both pending_sl> recover",
            "needs recover I8USDT both pending_entry> recover"
        }'
    ),
    (
        4, 'orphaned_exchange',
        '{"adopt >pending_sl","adopt >pending_sl","adopt >pending_sl","needs recover > wait for another snapshot"}'
    )
) as m (place, mode, lines);
-- Everything that is stored.
create function state()
returns text
language sql
volatile
security definer
as $$
    select book() || md5(concat(
        (select string_agg(s::text, ',' order by s.symbol, s.position_side) from monitoring.sightings as s),
        (select string_agg(b::text, ',' order by b.position_id) from monitoring.position_backups as b)
    ))
$$;
create table untouched as
select state() as state;

select is(cleaned(format('mode => %L', m.mode)), m.lines, m.mode || ', a dry run')
from modes as m;
select is(
    cleaned('mode => '' ALL '''),
    (
        select array_agg(x.line order by m.place, x.place)
        from modes as m
        cross join unnest(m.lines) with ordinality as x (line, place)
    ),
    'all of them, one mode after the other'
);
select is(state(), u.state, 'a dry run changes nothing')
from untouched as u;
select is(
    (select array_agg(a::text) from tradelatch.cleanup('all') as a where a.backup_id is not null), null, 'and has no backup'
);

-- older_than: how old a finding must be.
select is(cleaned(format('mode => %L, older_than => %L', v.mode, v.older_than)), v.lines, v.mode || ' older than '
    || v.older_than)
from (values
    ('duplicates', '4 hours', null::text[]),
    ('incomplete', '4 hours', null),
    ('orphaned_db', '112 minutes', null),
    ('orphaned_exchange', '112 minutes', null),
    ('orphaned_exchange', '1 hour', '{"adopt >pending_sl","adopt >pending_sl"}'),
    ('orphaned_exchange', '49 minutes', '{"adopt >pending_sl","adopt >pending_sl","adopt >pending_sl"}')
) as v (mode, older_than, lines);

-- Only what is asked for.
select is(
    cleaned('mode => ''all'', ' || v.arguments), v.lines, v.arguments
)
from (values
    ('symbol => ''o1/usdt:usdt''', '{"end O1USDT both active>pending_cancels"}'::text[]),
    ('symbol => ''X1USDT'', exchange => '' BinanceUSDM ''', '{"adopt >pending_sl"}'),
    ('exchange => ''bybit''', null),
    ('account => ''second''', null),
    ('symbol => ''K1USDT''', null)
) as v (arguments, lines);

-- Done: it says what the dry run said. A slot whose lock is held is in test/database.

create table before as
select p.id, p.symbol, p.status, to_jsonb(p) as book_row
from monitoring.positions as p;
create table done as
select a as action, row_number() over () as place
from tradelatch.cleanup('all', dry_run => false, reason => 'the evening of 2025-10-22') as a;
select is(
    (
        select array_agg(
            case (d.action).action
                when 'adopt' then 'adopt >' || (d.action).to_status
                else line(d.action)
            end
            order by d.place
        )
        from done as d
    ),
    (
        select array_agg(x.line order by m.place, x.place)
        from modes as m
        cross join unnest(m.lines) with ordinality as x (line, place)
    ),
    'it does what the dry run said'
);
select is(
    (select array_agg(p.symbol || ' ' || p.side || ' ' || p.status || ' ' || p.open_quantity order by p.symbol)
        from tradelatch.positions as p where p.origin = 'adopted'),
    '{"X1USDT long pending_sl 5","X2USDT short pending_sl 5","X3USDT long pending_sl 5"}'::text[],
    'what is adopted'
);
select is(
    (book_row(v.symbol)).status || ' ' || (book_row(v.symbol)).exit_reason, v.status || ' the evening of 2025-10-22', v.symbol
        || ' has the reason'
)
from (values ('D1USDT', 'closed'), ('I1USDT', 'failed'), ('I2USDT', 'canceled'), ('I5USDT', 'rolled_back'), ('O1USDT',
    'pending_cancels')) as v (symbol, status);
select is(
    e.details - '{lease_until,seen,cancel,positions,side,open_quantity}'::text[],
    v.details || jsonb_build_object('reason', 'the evening of 2025-10-22', 'backup_id', (select (d.action).backup_id from done
        as d limit 1)),
    v.symbol || ': the event'
)
from (values
    ('D1USDT', jsonb_build_object('check_name', 'duplicate', 'exposures', 1, 'duplicate_of', id('D1USDT') - 1)),
    ('I1USDT', '{"check_name": "incomplete"}'),
    ('O1USDT', '{"check_name": "orphaned_db"}')
) as v (symbol, details)
inner join monitoring.position_events as e on e.position_id = id(v.symbol) and e.event = 'cleanup';
select is(
    (
        select array_agg(x.cancel order by x.cancel)
        from monitoring.position_events as e
        cross join jsonb_array_elements_text(e.details -> 'cancel') as x (cancel)
        where e.position_id = id('O1USDT') and e.event = 'cleanup'
    ),
    orders_of('O1USDT', 's1'),
    'it says which orders are left on the exchange'
);
select is(
    (select array_agg(distinct b.made_by || ': ' || b.reason) from monitoring.position_backups as b),
    '{"cleanup: the evening of 2025-10-22"}'::text[],
    'the backups say who made them, and why'
);
select results_eq(
    $$
        select b.position_id, b.position, (select max(x ->> 'to_status') from jsonb_array_elements(b.events) as x
            where x ->> 'event' = 'cleanup')
        from monitoring.position_backups as b
        order by b.position_id
    $$,
    $$
        select (d.action).position_id, b.book_row, null::text
        from done as d
        left join before as b on b.id = (d.action).position_id
        where (d.action).backup_id is not null
        order by 1
    $$,
    'whole rows as they were, and nothing where there was none'
);
select is(
    (select count(distinct b.backup_id) from monitoring.position_backups as b), 1::bigint, 'one call is one backup'
);
select is(to_jsonb(p), b.book_row, format('%s %s is left alone', b.symbol, b.status))
from before as b
inner join monitoring.positions as p on p.id = b.id
where not exists (select from done as d where (d.action).position_id = b.id and (d.action).backup_id is not null);
select is(
    (
        select array_agg(distinct x) from unnest(cleaned('mode => ''all'', dry_run => false')) as x where x !~ '^needs recover'
    ),
    null,
    'a second time there is nothing left to do'
);

-- Each mode by itself, on a slot of its own.
call given('S1USDT', 'active');
call put_unfinished('S2USDT', 'pending_entry');
call later('3 hours');
select show(array['S3USDT long 6'] || s.entries, clock_timestamp() - interval '2 hours', max_closes => 100)
from shown as s;
select show(array['S3USDT long 6'] || s.entries, clock_timestamp() - interval '1 hour', max_closes => 100)
from shown as s;
select is(
    (select array_agg(x) from unnest(cleaned(format('mode => %L, symbol => %L, dry_run => false', v.mode, v.symbol))) as x),
        v.lines,
    v.mode || ' of ' || v.symbol
)
from (values
    ('duplicates', 'S1USDT', null::text[]),
    ('incomplete', 'S1USDT', null),
    ('orphaned_exchange', 'S1USDT', null),
    ('orphaned_db', 'S1USDT', '{"end S1USDT both active>pending_cancels"}'),
    ('orphaned_db', 'S2USDT', null),
    ('incomplete', 'S2USDT', '{"end S2USDT both pending_entry>failed"}'),
    ('orphaned_db', 'S3USDT', null),
    ('orphaned_exchange', 'S3USDT', '{"adopt S3USDT both >pending_sl"}')
) as v (mode, symbol, lines);

-- What is refused.
select refused_values('cleanup', '{"mode": "all"}', v.argument, v.bad, role => 'tradelatch_operator')
from (values
    ('mode', bad_texts(20) || array['everything', 'duplicate']),
    ('exchange', optional(bad_texts(50))),
    ('symbol', optional(bad_texts(64))),
    ('account', optional(bad_texts(64))),
    ('older_than', bad_intervals() || array['11 years']),
    ('dry_run', array[null::text]),
    ('reason', bad_texts(1000))
) as v (argument, bad);

-- Who may.
select is((try('cleanup(''all'')', role => r.role, look => 'select ''done''')).seen, r.seen, r.role || ': ' || r.seen)
from (values ('tradelatch_reader', '42501'), ('tradelatch_bot', '42501'), ('tradelatch_operator', 'done')) as r (role, seen);

select explained();
select * from finish();
rollback;
