-- Before a bot connects to a database that was restored: nothing is given out twice, and nobody drives what he drove.

begin;
\ir setup.psql
\ir evidence.psql
select plan(64);

select declared('after_restore', 'reason text, skip bigint = 1000000', 'SETOF tradelatch.finding', 'tradelatch_operator');
select refused(c.call, c.code, c.call, role => 'tradelatch_operator')
from (values
    ('after_restore(null)', '22023 reason'),
    ('after_restore('''')', '22023 reason'),
    ('after_restore(repeat(''x'', 1001))', '22023 reason'),
    ('after_restore(''x'', null)', '22023 skip'),
    ('after_restore(''x'', -1)', '22023 skip'),
    ('after_restore(''x'', 1000000001)', '22023 skip')
) as c (call, code);

call given_each();
select tradelatch.confirm_orders(id('ACTIVE'), orders_placed => array['take-profit']);
create table before as
select
    p.*,
    monitoring.orders_left(p) as orders_left
from monitoring.positions as p;
create function last_values()
returns table (sequence text, last_value bigint)
language sql
volatile
as $$ select s.sequence::text, s.last_value from monitoring.sequences() as s $$;
-- Every lease ended long ago.
create function lapse_all()
returns void
language plpgsql
as $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p
    set lease_until = '2000-01-01'
    where p.closed_at is null;
    perform set_config('session_replication_role', 'origin', true);
end
$$;
create table sequences_before as select * from last_values();
grant select on before to public;

-- With skip => 0 the history is noted, and nothing else is done.
select is(
    (select count(*)::text from tradelatch.diagnose() as d where d.check_name = 'history_changed'), '0', 'nothing changed since the deploy'
);
update monitoring.histories set timeline = 77;
select is(
    (
        select format('%s %s %s %s %s', d.severity, d.exchange, d.account, d.position_id, d.detail ->> 'problem')
        from tradelatch.diagnose('bybit', 'NOTHING') as d
    ),
    'critical    timeline 1, 77 was noted',
    'another timeline is a finding of the whole database, whatever is asked for'
);
update monitoring.histories set timeline = 1, system_identifier = 5;
select is(
    (select d.detail ->> 'problem' from tradelatch.diagnose() as d where d.check_name = 'history_changed'),
    'another cluster than the one that was noted', 'another cluster is one'
);
select is(tradelatch.record_findings(), 1, 'which is recorded');
select is(
    (select array_agg(a.alert) from tradelatch.alerts as a where a.exchange is null and a.account is null),
    array['history_changed'], 'and raises an alert'
);
select is(tradelatch.record_findings(), 1, 'once');
select is((select count(*) from tradelatch.alerts as a where a.alert = 'history_changed'), 1::bigint, 'however often it is recorded');
select is_empty('select * from tradelatch.after_restore(''a synchronous failover'', skip => 0)', 'nothing has to be compared');
select is(tradelatch.record_findings(), 0, 'then it is known');
select is_empty(
    'select * from before except select p.*, monitoring.orders_left(p) from monitoring.positions as p', 'every position is as it was'
);
select is_empty(
    'select * from sequences_before where sequence !~ ''alerts|findings'' except select * from last_values()', 'and so is every sequence'
);
select is(
    (select array_agg(format('%s %s %s', h.number, h.skip, h.reason) order by h.number) from monitoring.histories as h),
    array['1 0 deploy', '2 0 a synchronous failover'], 'histories are noted one after the other'
);

-- Otherwise.
select show('{PENDING_SL long 10}');
insert into monitoring.order_sightings (exchange, account, symbol, name, position_id, problem, moved_at, first_seen_at, last_seen_at)
select 'binance', 'default', 'ACTIVE', 'x', id('ACTIVE'), 'absent', now(), now(), now();
insert into monitoring.alerts (xid, alert, severity, detail) values ('99999999999', 'duplicate_prevented', 'info', '{}');
create table listed as select * from tradelatch.after_restore('last night''s backup', skip => 5000);
select is(
    (
        select array_agg(format('%s %s %s %s', l.check_name, l.severity, l.exchange, l.account))
        from listed as l
        where l.position_id is null
    ),
    array['history_changed critical binance default'], 'each account has to be compared'
);
select set_eq(
    'select position_id, symbol, position_side, status, detail ->> ''side'' from listed where position_id is not null',
    'select id, symbol::text, position_side::text, status, side::text from before where closed_at is null',
    'and each open position'
);
select is_empty('select * from listed where action is null or detail ->> ''known_until'' is null', 'from when on, and how');
select is_empty(
    'select l.* from last_values() as l inner join sequences_before as b using (sequence) where l.last_value < b.last_value + 5000',
    'every sequence was moved'
);
select is(
    to_jsonb(p) - '{fence,lease_until,drive_attempt,orders_arrived,orders_in_hand,stop_loss_attempt,stop_loss_sized,close_attempt,'
        'exposure_at,orders_at,updated_at}'::text[],
    to_jsonb(b) - '{fence,lease_until,drive_attempt,orders_arrived,orders_in_hand,stop_loss_attempt,stop_loss_sized,close_attempt,'
        'exposure_at,orders_at,updated_at,orders_left}'::text[],
    b.symbol || ' is where it was'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
where b.closed_at is null;
select is_empty('select * from before where closed_at is not null except select p.*, monitoring.orders_left(p) from monitoring.positions as p', 'what was over is as it was');
select is_empty(
    $$
        select p.symbol
        from monitoring.positions as p
        inner join before as b on b.id = p.id
        where p.closed_at is null
            and not (p.fence >> 20 > (b.fence >> 20) + 5000 and p.lease_until = 'epoch' and p.drive_attempt is null)
    $$,
    'nobody drives what is open'
);
select is_empty(
    $$
        select p.symbol
        from monitoring.positions as p
        inner join before as b on b.id = p.id
        where p.closed_at is null and not monitoring.orders_left(p) @> (b.orders_left || text '*')
    $$,
    'its orders are left, and those that nobody knows'
);
select is_empty('select from monitoring.sightings', 'what was seen of positions says nothing any more');
select is_empty('select from monitoring.order_sightings', 'nor what was seen of orders');
insert into monitoring.alerts (alert, severity, detail) values ('newer', 'warning', '{}');
select is(
    (select array_agg(a.alert order by a.xid, a.id) from monitoring.alerts as a where a.alert in ('duplicate_prevented', 'newer')),
    array['duplicate_prevented', 'newer'],
    'alerts of a cluster with higher transaction ids come before its own'
);
select refused(
    format('renew_lease(%s, %s)', b.id, b.fence), 'TL003', 'the driver of ' || b.symbol || ' before is refused'
)
from before as b
where b.closed_at is null;

-- No id is handed out twice, and claim_stale takes what is unfinished at once.
create table claimed as select * from tradelatch.claim_stale(max_positions => 100);
select is(
    (select array_agg(c.status || ' ' || c.order_kind order by c.status) from claimed as c where c.order_kind is not null),
    array['entry_placed entry', 'pending_close close', 'pending_entry entry', 'pending_rollback close', 'pending_sl stop_loss'],
    'all but active ones without an order beside the stop-loss are claimed'
);
select is_empty(
    $$
        select c.order_client_order_id
        from claimed as c
        where c.order_kind <> 'entry' and c.order_client_order_id !~ '[sc]100[0-9]$'
    $$,
    'their orders have ids that the lost history did not hand out'
);

-- Sequences that lag: TL010 to everybody, and to after_restore without a skip.
select is(
    (select d.detail ->> 'problem' from tradelatch.diagnose() as d where d.check_name = 'history_changed'), null, 'nothing lags'
);
select setval('monitoring.positions_id_seq', min(b.id), false) from before as b;
select set_config('tradelatch.sequences', '', false);
select refused('create_position(''binance'', ''NEWUSDT'', ''long'', 1, 1)', 'TL010', 'nothing is opened by a session that finds it so');
select refused(
    format('renew_lease(%s, %s)', c.position_id, c.fence), 'TL010', 'nor moved'
)
from claimed as c
where c.status = 'pending_sl';
select is(
    (select d.detail ->> 'problem' from tradelatch.diagnose() as d where d.check_name = 'history_changed'),
    'sequences lag behind their tables', 'diagnose says so'
);
select is(
    (try('create_position(''binance'', ''NEWUSDT'', ''long'', 1, 1)')).detail::jsonb -> 'sequences' -> 'monitoring.positions_id_seq' ->> 'highest',
    (select max(b.id)::text from before as b), 'and the error says which'
);
select refused('after_restore(''x'', skip => 0)', 'TL010', 'something was lost', role => 'tradelatch_operator');
select set_config('tradelatch.sequences', 'compared', false);
select refused('create_position(''binance'', ''NEWUSDT'', ''long'', 1, 1)', 'TL010', 'a session that was there before meets an id that is taken');
select setval('monitoring.position_fence', 1);
select refused(
    'claim_stale()', 'TL010', 'or a fence'
)
from (select lapse_all()) as l;
-- What a logical copy has as it was when its schema was copied: the rows came later.
insert into monitoring.symbol_aliases (exchange, alias, symbol) values ('binance', 'BTCPERP', 'BTCUSDC');
insert into monitoring.account_grants (role_name, exchange, account) values ('somebody', 'binance', 'default');
select lives_ok('select tradelatch.after_restore(''copied'', 10)', 'after_restore mends it');
select set_config('tradelatch.sequences', '', false);
select is((try('create_position(''binance'', ''NEWUSDT'', ''long'', 1, 1)')).state, '00000', 'and positions are opened');
select is((tradelatch.create_position('binance', 'BTCPERP', 'long', 1, 1)).symbol, 'BTCUSDC', 'the ids of markets that were recorded are known');
select ok(monitoring.accounts_are_apart(), 'and accounts that were granted are apart');

select * from finish();
rollback;
