-- What a complete list says of the symbols that it covers, and that it says nothing of the others.

begin;
\ir setup.psql
\ir evidence.psql
select plan(17);

call given('L1USDT', 'active');
call given('L2USDT', 'active');
call given('I1USD:I1', 'active');
call given('I2USD:I2', 'active');
call later('1 hour');

-- A complete list of that, which covers that: the findings of reconcile as lines.
create function listed(
    entries jsonb, ago text, covers text[] default null, apply boolean default false, max_closes integer default 3,
    adopt boolean default false, stop_loss_percent numeric default null
)
returns text[]
language sql
volatile
return (
    select array_agg(line(f) order by line(f))
    from tradelatch.reconcile(
        'binance', listed.entries, clock_timestamp() - listed.ago::interval, complete => true, covers => listed.covers,
        apply => listed.apply, max_closes => listed.max_closes, adopt => listed.adopt, stop_loss_percent => listed.stop_loss_percent
    ) as f
);
create function sighted()
returns text[]
language sql
stable
security definer
return (select array_agg(s.symbol || ' ' || s.quantity order by s.symbol) from monitoring.sightings as s);

select is(
    listed('[{"symbol": "XUSD:X", "side": "long", "quantity": 5, "average_price": 100}]', '10 minutes', '{XUSD:X}'),
    '{"info orphaned_exchange XUSD:X both: wait for another snapshot"}'::text[], 'a list of inverse contracts, or a part of it'
);
select is(sighted(), '{"XUSD:X 5"}'::text[], 'nothing is recorded of what it does not cover');
select is(
    listed('[]', '9 minutes', '{" l1/usdt:usdt ",L2USDT,NONEUSDT}', max_closes => 1),
    '{
        "critical snapshot_suspect: look at the exchange; if they are gone, reconcile with a higher max_closes",
        "info orphaned_exchange XUSD:X both: wait for another snapshot"
    }'::text[],
    'two of a list of linear contracts are missing, one may be'
);
select is(
    listed('[]', '8 minutes', '{" l1/usdt:usdt ",NONEUSDT}', apply => true, max_closes => 1),
    '{
        "info orphaned_db L1USDT both active: wait for another snapshot",
        "info orphaned_exchange XUSD:X both: wait for another snapshot"
    }'::text[],
    'one of those that are covered is missing'
);
select is(sighted(), '{"L1USDT 0","XUSD:X 5"}'::text[], 'its absence is recorded, and no other');
select is(
    listed('[]', '7 minutes', '{}', apply => true, max_closes => 0),
    '{
        "info orphaned_db L1USDT both active: wait for another snapshot",
        "info orphaned_exchange XUSD:X both: wait for another snapshot"
    }'::text[],
    'it may cover nothing'
);
select is(sighted(), '{"L1USDT 0","XUSD:X 5"}'::text[], 'then it is as if nobody had looked');
select is(
    listed('[{"symbol": "L2USDT", "side": "long", "quantity": 9}]', '6 minutes', '{L1USDT}', apply => true),
    '{
        "info orphaned_exchange XUSD:X both: wait for another snapshot",
        "info quantity_mismatch L2USDT both active: wait for another snapshot",
        "warning orphaned_db L1USDT both pending_cancels: closed, to pending_cancels"
    }'::text[],
    'the second one that covers it ends it; what is there counts, covered or not'
);
select is(
    (
        select array_agg(p.symbol || ' ' || p.status order by p.symbol collate "C")
        from tradelatch.open_positions as p
    ),
    '{"I1USD:I1 active","I2USD:I2 active","L1USDT pending_cancels","L2USDT active"}'::text[],
    'and no other'
);
select is(
    listed('[{"symbol": "I1USD:I1", "side": "long", "quantity": 0}]', '5 minutes', '{L2USDT}'),
    '{
        "info orphaned_db I1USD:I1 both active: wait for another snapshot",
        "info orphaned_db L2USDT both active: wait for another snapshot",
        "info orphaned_exchange XUSD:X both: wait for another snapshot"
    }'::text[],
    'one that is shown flat is, covered or not'
);
select is(
    listed('[]', '4 minutes', '{XUSD:X}'),
    '{
        "info orphaned_db I1USD:I1 both active: wait for another snapshot",
        "info orphaned_db L2USDT both active: wait for another snapshot"
    }'::text[],
    'what was found is forgotten by a list that covers it'
);
select is(
    (
        select array_agg(x.line)
        from unnest(listed('[]', '3 minutes', max_closes => 9)) as x (line)
        where x.line ~ 'I2'
    ),
    '{"info orphaned_db I2USD:I2 both active: wait for another snapshot"}'::text[],
    'without a list of symbols it covers all'
);
select is(
    (
        select array_agg(f.check_name || ' ' || f.symbol)
        from tradelatch.reconcile('binance', '[]', clock_timestamp() - interval '2 minutes', covers => '{L1USDT}') as f
        where f.severity <> 'info' and f.symbol = 'I2USD:I2'
    ),
    null,
    'one that is not complete covers nothing'
);

-- What is adopted has the distance of its stop-loss.
create table strangers as
select '[{"symbol": "XUSD:X", "side": "long", "quantity": 5, "average_price": 100}, {"symbol": "YUSDT", "side": "short", "quantity": 5, "average_price": 100}]'::jsonb as entries;
select is((select count(*) from unnest(listed(s.entries, '90 seconds', '{}')) as x where x ~ 'exchange'), 2::bigint, 'two are there')
from strangers as s;
select is(
    (
        select array_agg(x.line order by x.line)
        from unnest(listed(s.entries, '80 seconds', '{}', adopt => true, stop_loss_percent => 2.5)) as x (line)
        where x.line ~ 'exchange'
    ),
    '{
        "critical orphaned_exchange XUSD:X both pending_sl: adopted, to pending_sl",
        "critical orphaned_exchange YUSDT both pending_sl: adopted, to pending_sl"
    }'::text[],
    'both are adopted'
)
from strangers as s;
select is(
    (
        select array_agg(r.symbol || ': ' || line(r) order by r.symbol)
        from tradelatch.claim_stale() as r
        where r.status = 'pending_sl'
    ),
    '{
        "XUSD:X: claimed pending_sl driven, cancel *, stop_loss sell 5 at 97.5 reduce-only s1",
        "YUSDT: claimed pending_sl driven, cancel *, stop_loss buy 5 at 102.5 reduce-only s1"
    }'::text[],
    'and their stop-losses are due at that distance'
);

select explained();
select * from finish();
rollback;
