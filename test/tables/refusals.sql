-- Who asks again and again for a slot that is taken writes a bounded number of rows.

begin;
\ir ../functions/setup.psql
select plan(21);

select table_owner_is('monitoring', 'refusals', 'tradelatch_owner', 'it is the owner''s');

call given('AUSDT', 'active');
select tradelatch.create_position('binance', 'RUSDT', 'long', 1, 100, request_id => 'signal:1');

create function ask(symbol text, times integer, request_id text default null, attempt uuid default null)
returns text
language sql
as $$
    select string_agg(distinct (tradelatch.create_position(
        'binance', ask.symbol, 'long', 1, 100, request_id => ask.request_id, attempt => ask.attempt
    )).outcome, ', ')
    from generate_series(1, ask.times) as n
$$;

create function rows_of(symbol text)
returns text
language sql
volatile
security definer
as $$
    select concat_ws(
        ' ',
        (select count(*) from monitoring.position_events as e where e.position_id = id(rows_of.symbol) and e.event = 'duplicate_prevented'),
        (select count(*) from monitoring.alerts as a where a.position_id = id(rows_of.symbol)),
        (select string_agg(r.refused::text, '+' order by r.event_id) from monitoring.refusals as r where r.position_id = id(rows_of.symbol))
    )
$$;

select is(ask('AUSDT', 2000), 'existing', '2,000 creates are refused');
select is(rows_of('AUSDT'), '1 1 2000', 'one event, one alert, one count');
select is(ask('RUSDT', 20, 'signal:1'), 'existing', 'so are those of a request that is taken');
select is(rows_of('RUSDT'), '1 1 20', 'which are counted, too');

select results_eq(
    $$
        select
            (e.details ->> 'refused')::int,
            (e.details ->> 'last_refused_at')::timestamptz > e.at
        from tradelatch.events as e
        where e.event = 'duplicate_prevented' and e.symbol = 'AUSDT'
    $$,
    'values (2000, true)', 'the log says how many, and when the last one was'
);
select results_eq(
    $$ select (e.details ->> 'refused')::int from tradelatch.position_timeline as e where e.position_id = id('AUSDT') and e.event = 'duplicate_prevented' $$,
    'values (2000)', 'the timeline as well'
);
select results_eq(
    $$ select (a.detail ->> 'refused')::int from tradelatch.alerts as a where a.symbol = 'AUSDT' $$, 'values (2000)', 'and the alert'
);
select is((select h.duplicates_prevented from tradelatch.health as h), 2020::bigint, 'health counts them');

-- An hour later it is news again.

update monitoring.refusals as r set first_at = r.first_at - interval '61 minutes';
select is(ask('AUSDT', 3), 'existing', 'an hour later');
select is(rows_of('AUSDT'), '2 2 2000+3', 'it is told once more');

-- What is not taken is not refused.

select is(ask('BUSDT', 1), 'created', 'a free slot');
select is(ask('CUSDT', 1, 'signal:2', '0199aaaa-0000-7000-8000-000000000001'), 'created', 'a new request and attempt');
select is(ask('CUSDT', 5, 'signal:2', '0199aaaa-0000-7000-8000-000000000001'), 'replayed', 'its repetition');
select is(rows_of('CUSDT'), '0 0', 'and is no refusal');

-- Whoever is refused, or repeats a call, takes no id and no fence from those who come after.

create function given_out()
returns text
language sql
volatile
as $$
    select format('%s positions, %s fences', p.last_value, f.last_value)
    from monitoring.positions_id_seq as p, monitoring.position_fence as f
$$;

create temporary table before as select given_out() as given_out;

create function adopt(symbol text, times integer)
returns text
language sql
as $$
    select string_agg(distinct (tradelatch.adopt_position('binance', adopt.symbol, 'long', 1, 100, clock_timestamp())).outcome, ', ')
    from generate_series(1, adopt.times) as n
$$;

call given('OVERUSDT', 'closed');
update before set given_out = given_out();

select is(adopt('AUSDT', 200), 'existing', '200 adoptions of a slot that is taken are refused');
select is(ask('AUSDT', 200), 'existing', 'and 200 creations');
select is(ask('CUSDT', 200, 'signal:2'), 'existing', '200 calls for a reason that has its position are refused');
select is(ask('CUSDT', 200, 'signal:2', '0199aaaa-0000-7000-8000-000000000001'), 'replayed', '200 repetitions are answered');
select is(given_out(), b.given_out, 'none of them takes an id or a fence') from before as b;
select is(ask('OVERUSDT', 1), 'created', 'a slot that is free again is given');

select * from finish();
rollback;
