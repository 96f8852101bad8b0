-- Ends or adopts what a finding says, if it is still so.

begin;
\ir ../functions/setup.psql
\ir ../functions/evidence.psql
\ir setup.psql
select plan(35);

select is_internal('monitoring.carry_out(tradelatch.finding[], text, text, uuid, numeric)', 'volatile');

create table backup as
select gen_random_uuid() as id;
-- What becomes of a finding: its action as a line; backed up or not; what is in the log.
create function carried_out(finding tradelatch.finding)
returns text
language sql
volatile
return (
    select concat_ws(
        ' ', line(a),
        case when a.backup_id is not null then 'backed up' end,
        case when a.backup_id <> b.id then 'elsewhere' end,
        a.detail ->> 'check_name'
    )
    from backup as b
    cross join lateral monitoring.carry_out(array[carried_out.finding], 'cleanup', 'why', b.id) as a
);

call without_indexes();
call given('A1USDT', 'active');
call put_unfinished('A2USDT', 'pending_entry');
call given('A3USDT', 'active');
call put('A3USDT', 9);
call given('B1USDT', 'active');
call given('B2USDT', 'pending_sl');
call arrived('B2USDT', 's1');
call given('B3USDT', 'active');
call given('B4USDT', 'pending_sl');
call arrived('B4USDT', 's1');
call given('B5USDT', 'active');
call given('B6USDT', 'active');
call put('B6USDT', 9);
call later('1 hour');
select show('{"A3USDT long 10", "A4USDT short 5", "B7USDT long 5", "B8USDT long 5"}', clock_timestamp() - interval '1 minute',
    max_closes => 100);
select show('{"A3USDT long 10", "A4USDT short 5", "B7USDT long 5", "B8USDT long 5"}',
    clock_timestamp() - interval '30 seconds', max_closes => 100);
create table findings as
select f as finding, f.symbol
from tradelatch.diagnose() as f
where f.detail ? 'to_status';
create table moved_since as
select p.id, p.symbol, to_jsonb(p) as book_row
from monitoring.positions as p
where false;

-- Still so.
select is(carried_out(f.finding), v.line, v.line)
from (values
    ('A1USDT', 'end A1USDT both active>pending_cancels backed up orphaned_db'),
    ('A2USDT', 'end A2USDT both pending_entry>failed backed up incomplete'),
    ('A3USDT', 'end A3USDT both active>closed backed up duplicate'),
    ('A4USDT', 'adopt A4USDT both >pending_sl backed up orphaned_exchange')
) as v (symbol, line)
inner join findings as f on f.symbol = v.symbol;
select is((book_row(v.symbol)).status || ' ' || events(v.symbol), v.line, v.symbol)
from (values
    ('A1USDT', 'pending_cancels create_position place_entry confirm_entry activate_position cleanup'),
    ('A2USDT', 'failed insert cleanup'),
    ('A3USDT', 'closed insert cleanup'),
    ('A4USDT', 'pending_sl adopt_position')
) as v (symbol, line);

-- Not any more.
select is(
    (tradelatch.confirm_close(id('B1USDT'), 'by the exchange', orders_of('B1USDT', 's1'))).status, 'closed', 'B1USDT ended meanwhile'
);
select is((tradelatch.take_over(id('B2USDT'), 'x')).outcome, 'claimed', 'B2USDT is driven');
select show('{"A3USDT long 10", "A4USDT short 5", "B3USDT long 10", "B7USDT long 6"}', complete => false);
select is((tradelatch.begin_close(id('B4USDT'), 'x', attempt => gen_random_uuid())).status, 'pending_close',
    'B4USDT is being closed');
select is((tradelatch.resize_position(id('B5USDT'), 5, 'x')).status, 'pending_sl', 'B5USDT was resized');
select is(
    (tradelatch.confirm_close(p.id::bigint, 'x', monitoring.orders_left(p))).status, 'closed', 'the row that B6USDT is a duplicate of ended'
)
from monitoring.positions as p
where p.id = id('B6USDT') - 1;
select is((tradelatch.create_position('binance', 'B8USDT', 'long', 10, 100)).outcome, 'created', 'B8USDT is opened');
insert into moved_since
select p.id, p.symbol, to_jsonb(p)
from monitoring.positions as p
where p.symbol ~ '^B';
select is(carried_out(f.finding), v.line, v.line)
from (values
    ('B1USDT', 'busy B1USDT both active> orphaned_db'),
    ('B2USDT', 'busy B2USDT both pending_sl> orphaned_db'),
    ('B3USDT', 'busy B3USDT both active> orphaned_db'),
    ('B4USDT', 'busy B4USDT both pending_sl> orphaned_db'),
    ('B5USDT', 'busy B5USDT both active> orphaned_db'),
    ('B6USDT', 'busy B6USDT both active> duplicate'),
    ('B7USDT', 'busy > orphaned_exchange'),
    ('B8USDT', 'busy > orphaned_exchange')
) as v (symbol, line)
inner join findings as f on f.symbol = v.symbol;
select results_eq(
    $$select p.id, to_jsonb(p) from monitoring.positions as p where p.symbol ~ '^B' order by p.id$$,
    $$select m.id, m.book_row from moved_since as m order by m.id$$,
    'what moved meanwhile stays as it is'
);
select is(
    (select count(*) from monitoring.position_backups as b), 4::bigint, 'and is not backed up'
);

-- Many at once: one look for all of them, however many they are, and one action for each, in the order they are asked for.

call given('C1USDT', 'active');
call put_unfinished('C2USDT', 'pending_entry');
call given('C3USDT', 'active');
call put('C3USDT', 9);
call put('C3USDT', 8);
call given('C4USDT', 'pending_sl');
call arrived('C4USDT', 's1');
call given('C5USDT', 'active', 'long', 'long');
call given('C5USDT', 'active', 'short', 'short');
call later('1 hour');
-- An exchange that shows both position modes of one symbol: one of them is adopted.
select show('{"C3USDT long 10", "C6USDT long 7"}', clock_timestamp() - interval '1 minute', max_closes => 100);
select show('{"C6USDT long 6"}', clock_timestamp() - interval '50 seconds', complete => false,
    more => '{"position_side": "long"}');
select show('{"C3USDT long 10", "C6USDT long 7"}', clock_timestamp() - interval '40 seconds', complete => false);
select show('{"C6USDT long 6"}', clock_timestamp() - interval '30 seconds', complete => false,
    more => '{"position_side": "long"}');
select show('{"C1USDT long 0", "C2USDT long 0", "C4USDT long 0"}', clock_timestamp() - interval '30 seconds',
    complete => false, max_closes => 100);
select show(array['C5USDT ' || s.side || ' 0'], clock_timestamp() - s.ago, complete => false, max_closes => 100,
    more => jsonb_build_object('position_side', s.side))
from (values ('long', interval '29 seconds'), ('short', interval '28 seconds')) as s (side, ago);
create table many as
select
    array_agg(f order by f.symbol desc, f.position_side, f.position_id desc) as findings
from tradelatch.diagnose() as f
where f.detail ? 'to_status' and f.symbol ~ '^C';
select is((tradelatch.take_over(id('C4USDT'), 'x')).outcome, 'claimed', 'C4USDT is driven');
-- How often the book was looked through in this transaction.
create function looks()
returns bigint
language sql
volatile
return coalesce(
    (select u.calls from pg_stat_xact_user_functions as u where u.funcid = 'monitoring.findings'::regproc), 0
);
set local track_functions = 'all';
create table counted as
select looks() as looks;
create table carried as
select
    a.*,
    row_number() over () as place
from many as m
cross join lateral monitoring.carry_out(m.findings, 'cleanup', 'why', gen_random_uuid()) as a;
select is(looks() - c.looks, 1::bigint, 'one look for all of them') from counted as c;
select is(
    (
        select array_agg(
            concat_ws(
                ' ', c.action, c.detail ->> 'symbol', c.detail ->> 'position_side', coalesce(c.from_status, '') || '>' || c.to_status
            )
            order by c.place
        )
        from carried as c
    ),
    '{
        "adopt C6USDT both >pending_sl", "busy C6USDT long",
        "end C5USDT long active>pending_cancels", "end C5USDT short active>pending_cancels",
        "busy C4USDT both", "end C3USDT both active>closed", "end C3USDT both active>closed",
        "end C2USDT both pending_entry>failed", "end C1USDT both active>pending_cancels"
    }'::text[],
    'one action for each, in their order'
);
select is((book_row('C4USDT')).status, 'pending_sl', 'what is driven stays');
select is(
    (select array_agg(p.status order by p.id) from monitoring.positions as p where p.symbol = 'C3USDT'),
    '{active,closed,closed}'::text[], 'of three rows of a slot one stays'
);
select is(
    (select count(*) from monitoring.carry_out('{}', 'cleanup', 'why', gen_random_uuid()))::text || ' ' || (looks() - c.looks),
    '0 1', 'nothing to do needs no look'
)
from counted as c;

-- Without a reason it is what was seen.
call given('D1USDT', 'active');
call later('1 hour');
select show('{"D2USDT long 6", "D1USDT long 0"}', clock_timestamp() - interval '20 seconds', complete => false);
select show('{"D2USDT long 6", "D1USDT long 0"}', clock_timestamp() - interval '10 seconds', complete => false);
create table reasoned as
select a.*
from monitoring.carry_out(
    array(select f from tradelatch.diagnose() as f where f.symbol ~ '^D'), 'reconcile', null, gen_random_uuid()
) as a;
select is(
    (
        select array_agg(p.symbol || ' ' || (e.details ->> 'reason') order by p.symbol)
        from reasoned as r
        inner join monitoring.positions as p on p.id = r.position_id
        inner join monitoring.position_events as e on e.position_id = p.id and e.event in ('reconcile', 'adopt_position')
    ),
    '{"D1USDT gone from the exchange","D2USDT found on the exchange"}'::text[],
    'without a reason it is what was seen'
);

select explained();
select * from finish();
rollback;
