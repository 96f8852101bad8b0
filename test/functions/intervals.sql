-- Intervals are counted in seconds, whoever takes them and wherever the session is.

begin;
\ir setup.psql

call given('APTUSDT', 'pending_entry');
call given('AVLUSDT', 'active');

-- What each argument without a default may be.
create function good_value(argument text)
returns text
language sql
stable
return case argument
    when 'exchange' then 'binance'
    when 'symbol' then 'NEWUSDT'
    when 'side' then 'long'
    when 'mode' then 'all'
    when 'reason' then 'test'
    when 'position_id' then id('APTUSDT')::text
    when 'fence' then fence('APTUSDT')::text
    when 'observed_at' then now()::text
    else '100'
end;

-- Every argument that is an interval: a call of its function that is good but for that.
create table calls as
select
    p.proname::text as function,
    a.name as argument,
    format(
        'select count(*) from tradelatch.%I(%s %s => %%L) as r',
        p.proname,
        (
            select string_agg(format('%s => %L,', r.name, good_value(r.name)), ' ')
            from unnest(p.proargnames[:p.pronargs - p.pronargdefaults]) as r (name)
            where r.name <> a.name
        ),
        a.name
    ) as call
from pg_proc as p
cross join unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) as a (name, type)
where p.pronamespace = 'tradelatch'::regnamespace and a.type = 'interval'::regtype;

create function answer(call text)
returns text
language plpgsql
as $$
declare
    v_detail text;
begin
    execute answer.call;
    return 'accepted';
exception
    when others then
        get stacked diagnostics v_detail = pg_exception_detail;
        return concat_ws(' ', sqlstate, nullif(v_detail, '')::jsonb ->> 'argument');
end
$$;

select plan(9 + (select count(*) from calls)::integer * 6);

select set_has(
    'select c.function || '' '' || c.argument from calls as c',
    $$values ('create_position lease'), ('claim_stale lease'), ('claim_stale grace'), ('diagnose stale_after'), ('cleanup older_than'),
        ('archive_events older_than')$$,
    'they are found'
);
select is(answer(format(c.call, v.value)), '22023 ' || c.argument, format('%s refuses %s %s', c.function, c.argument, v.value))
from calls as c
cross join unnest(array[
    '1 month', '1 year', '-1 month 30 days', '1 month -30 days 1 minute', '12 months -350 days', '178000000 years'
]) as v (value);

-- What is above zero is: a second.
select ok(
    r.lease_until between now() + interval '1 second' and clock_timestamp() + interval '1 second',
    'a day without all but a second of it is a second'
)
from tradelatch.create_position('binance', 'DAYUSDT', 'long', 1, 100, lease => '1 day -23:59:59') as r;

-- A zone, and the days until its clocks are changed: a lease that spans that has 24 hours for each day.
set local timezone = 'Europe/Berlin';
select min(d.days) as days
from generate_series(1, 300) as d (days)
where now() + make_interval(days => d.days) <> now() + make_interval(hours => 24 * d.days)
\gset
create function lease_is(lease_until timestamptz, days integer, began timestamptz)
returns boolean
language sql
volatile
return lease_until between began + make_interval(hours => 24 * days) and clock_timestamp() + make_interval(hours => 24 * days);

select is(now() + make_interval(days => :days) = now() + make_interval(hours => 24 * :days), false, 'days there differ');
select ok(lease_is(r.lease_until, :days, now()), 'create_position counts hours')
from tradelatch.create_position('binance', 'NEWUSDT', 'long', 1, 100, lease => make_interval(days => :days)) as r;
select ok(lease_is(r.lease_until, :days, now()), 'and so it does with a request')
from tradelatch.create_position(
    'binance', 'OLDUSDT', 'long', 1, 100, lease => make_interval(days => :days), request_id => 'signal:1'
) as r;
select ok(lease_is(r.lease_until, :days, now()), 'renew_lease does')
from tradelatch.renew_lease(id('APTUSDT'), fence('APTUSDT'), make_interval(days => :days)) as r;
select ok(lease_is(r.lease_until, :days, now()), 'begin_close does')
from tradelatch.begin_close(id('AVLUSDT'), 'test', lease => make_interval(days => :days)) as r;

-- The same looking back.
select min(d.days) as ago
from generate_series(1, 300) as d (days)
where now() - make_interval(days => d.days) <> now() - make_interval(hours => 24 * d.days)
\gset
create function claimed(days integer, earlier interval)
returns text
language plpgsql
as $$
begin
    call lapse('OLDUSDT', make_interval(hours => 24 * claimed.days) + claimed.earlier);
    return (select string_agg(c.symbol, ' ') from tradelatch.claim_stale(grace => make_interval(days => claimed.days)) as c);
end
$$;

select is(claimed(:ago, interval '-30 minutes'), null, 'claim_stale counts hours of grace: not over');
select is(claimed(:ago, interval '30 minutes'), 'OLDUSDT', 'and over');

select * from finish();
rollback;
