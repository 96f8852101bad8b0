-- max_closes: where more positions are gone at once, none is closed, and their absence is evidence for nobody.

begin;
\ir setup.psql
\ir evidence.psql
select plan(34);

call given('C1USDT', 'active');
call given('C2USDT', 'active');
call given('C3USDT', 'pending_sl');
call given('C4USDT', 'active');
call given('C5USDT', 'active');
call given('C6USDT', 'pending_entry');
call arrived('C3USDT', 's1');
call later('1 hour');
create table origin as
select clock_timestamp() - interval '30 minutes' as at;
create function at(after interval)
returns timestamptz
language sql
stable
return (select o.at + at.after from origin as o);
create function absent()
returns text[]
language sql
stable
security definer
return (select array_agg(s.symbol::text order by s.symbol) from monitoring.sightings as s where s.quantity = 0);
-- The book, with what was recorded beside it.
create function state()
returns text
language sql
volatile
security definer
as $$
    select book() || coalesce((select md5(string_agg(s::text, '' order by s.symbol)) from monitoring.sightings as s), '')
$$;

-- Four are missing, three may be.
create table untouched as
select book() as book;
select is(
    show('{"C5USDT long 10"}', at('0')),
        '{"critical snapshot_suspect: look at the exchange; if they are gone, reconcile with a higher max_closes"}'::text[],
    'four are missing, three may be'
);
select is(
    show('{"C5USDT long 10"}', at(interval '10 seconds' * n), apply => n % 2 = 0),
    '{"critical snapshot_suspect: look at the exchange; if they are gone, reconcile with a higher max_closes"}'::text[],
    format('so it stays, however often they are missing: %s', n)
)
from generate_series(1, 4) as n;
select is(absent(), null, 'no absence is recorded, not of a position that is not counted either');
select is(
    (select array_agg(s.symbol::text || s.last_seen_at - s.first_seen_at) from monitoring.sightings as s),
    '{C5USDT00:00:40}'::text[], 'what is there is'
);
select is(
    (select (s.absences, s.max_closes, s.is_suspect, s.is_complete, s.observed_at = at('40 seconds'))::text
        from monitoring.snapshots as s),
    '(4,3,t,t,t)', 'the snapshot is recorded as suspect'
);
select is(cleaned('mode => ''orphaned_db'', older_than => ''0'', dry_run => false'), null, 'cleanup knows nothing of them');
select is(
    cleaned('mode => ''incomplete'', older_than => ''0'', dry_run => false'),
        '{"needs recover C3USDT both pending_sl> recover","needs recover C6USDT both pending_entry> recover"}',
            'nor of those that are not finished'
);
select is(book(), u.book, 'nothing changed')
from untouched as u;

-- A higher max_closes lets it through; its first snapshot is the first one that counts.
select is(
    show('{"C5USDT long 10"}', at('50 seconds'), apply => true, max_closes => 4),
    '{
        "info orphaned_db C1USDT both active: wait for another snapshot",
        "info orphaned_db C2USDT both active: wait for another snapshot",
        "info orphaned_db C3USDT both pending_sl: wait for another snapshot",
        "info orphaned_db C4USDT both active: wait for another snapshot"
    }'::text[],
    'with a higher max_closes it is recorded'
);
select is(absent(), '{C1USDT,C2USDT,C3USDT,C4USDT,C6USDT}'::text[], 'all absences are');

-- A suspect snapshot after it: what was proven has to wait.
select is(
    show('{"C5USDT long 10"}', at('60 seconds'), apply => true, max_closes => 3),
    '{
        "critical snapshot_suspect: look at the exchange; if they are gone, reconcile with a higher max_closes",
        "info orphaned_db C1USDT both active: wait for another snapshot",
        "info orphaned_db C2USDT both active: wait for another snapshot",
        "info orphaned_db C3USDT both pending_sl: wait for another snapshot",
        "info orphaned_db C4USDT both active: wait for another snapshot"
    }'::text[],
    'a suspect one is not the second'
);
select is(
    show('{"C5USDT long 10"}', at('70 seconds'), max_closes => 4),
    '{
        "warning orphaned_db C1USDT both active: cleanup orphaned_db, to pending_cancels",
        "warning orphaned_db C2USDT both active: cleanup orphaned_db, to pending_cancels",
        "warning orphaned_db C3USDT both pending_sl: cleanup orphaned_db, to pending_cancels",
        "warning orphaned_db C4USDT both active: cleanup orphaned_db, to pending_cancels"
    }'::text[],
    'proven'
);
select show('{"C5USDT long 10"}', at('80 seconds'), apply => true, max_closes => 3);
select is(
    cleaned('mode => ''all'', older_than => ''0'', dry_run => false'),
    '{
        "needs recover C1USDT both active> look at the exchange: its latest snapshot is suspect",
        "needs recover C2USDT both active> look at the exchange: its latest snapshot is suspect",
        "needs recover C3USDT both pending_sl> look at the exchange: its latest snapshot is suspect",
        "needs recover C4USDT both active> look at the exchange: its latest snapshot is suspect",
        "needs recover C3USDT both pending_sl> recover",
        "needs recover C6USDT both pending_entry> recover"
    }'::text[],
    'while the latest snapshot is suspect, cleanup leaves them alone'
);
select is(book(), u.book, 'and nothing changed')
from untouched as u;

-- Equal or older: it counts nothing, whatever it shows and however many may be closed.
create table settled as
select state() as state;
select is(
    (select count(*) from unnest(show('{}', at(v.at), apply => true, max_closes => 9)) as x
        where x ~ '^critical snapshot_suspect'), 1::bigint,
    'begun ' || v.at || ': the latest is suspect still'
)
from (values (interval '80 seconds'), ('79 seconds'), ('-1 hour')) as v (at);
select is(state(), s.state, 'what is not newer than the latest changes nothing')
from settled as s;

-- Gone in several snapshots, none of them suspect by itself.
select show('{"C1USDT long 0", "C2USDT long 0"}', at('100 seconds'), complete => false);
select show('{"C3USDT long 0", "C4USDT long 0"}', at('101 seconds'), complete => false);
select is(
    show('{"C5USDT long 10"}', at('102 seconds'), complete => false, apply => true),
    '{
        "critical snapshot_suspect: look at the exchange; if they are gone, reconcile with a higher max_closes",
        "warning orphaned_db C1USDT both active: look at the exchange: its latest snapshot is suspect",
        "warning orphaned_db C2USDT both active: look at the exchange: its latest snapshot is suspect",
        "warning orphaned_db C3USDT both pending_sl: look at the exchange: its latest snapshot is suspect",
        "warning orphaned_db C4USDT both active: look at the exchange: its latest snapshot is suspect"
    }'::text[],
    'together they are too many'
);
select is(book(), u.book, 'none of them is closed')
from untouched as u;
select is(
    show('{"C5USDT long 10"}', at('110 seconds'), apply => true, max_closes => 4),
    '{
        "warning orphaned_db C1USDT both pending_cancels: closed, to pending_cancels",
        "warning orphaned_db C2USDT both pending_cancels: closed, to pending_cancels",
        "warning orphaned_db C3USDT both pending_cancels: closed, to pending_cancels",
        "warning orphaned_db C4USDT both pending_cancels: closed, to pending_cancels"
    }'::text[],
    'a higher max_closes closes them'
);
select is(
    (select array_agg(p.symbol::text order by p.symbol) from tradelatch.open_positions as p where p.status <> 'pending_cancels'),
    '{C5USDT,C6USDT}'::text[], 'and no other'
);
select is(
    (tradelatch.confirm_orders(id(c.symbol), orders_of(c.symbol, 's1'))).status, 'closed', c.symbol || ' is over when its orders ended'
)
from unnest('{C1USDT,C2USDT,C3USDT,C4USDT}'::text[]) as c (symbol);
select is(
    (select count(*) from monitoring.sightings as s where s.quantity = 0), 5::bigint,
        'what was seen of them is forgotten by the next one'
);
select show('{"C5USDT long 10"}', at('120 seconds'));
select is(absent(), '{C6USDT}'::text[], 'which is this');

-- 0 closes: not one.
select is(
    show('{}', at('130 seconds'), apply => true, max_closes => 0),
    '{"critical snapshot_suspect: look at the exchange; if they are gone, reconcile with a higher max_closes"}'::text[],
    'with 0 one is too many'
);
-- Within the grace time after its last move a position is not counted: it is not evidence yet.
call given('C7USDT', 'active');
select is(
    (select count(*) from unnest(show('{"C5USDT long 10"}', max_closes => 0)) as x where x ~ 'suspect'), 0::bigint,
    'one that moved just now is not missed'
);

select explained();
select * from finish();
rollback;
