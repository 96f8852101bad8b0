begin;
\ir setup.psql
\ir evidence.psql
select plan(43);

-- Operators, snapshots and values at the edge.

-- A position that is released leaves its orders to whoever released it; restored, it has them again.
call given('RELEASEUSDT', 'active', filled => 4);
select is(
    (tradelatch.confirm_orders(id('RELEASEUSDT'), orders_placed => array['tp-1'])).outcome,
    'ok',
    'a take-profit'
);
select is(
    line(tradelatch.release_position(id('RELEASEUSDT'), 'mine')),
    'ok closed, cancel e1 s1 tp-1',
    'released: these are to be cancelled'
);
select is(left_of('RELEASEUSDT'), 'e1 s1 tp-1', 'and stay noted');
select is(
    (
        select array_agg(r.action || ' ' || r.to_status)
        from monitoring.position_backups as b
        cross join lateral tradelatch.restore_backup(b.backup_id, dry_run => false) as r
        where b.position_id = id('RELEASEUSDT')
    ),
    array['restore pending_sl'],
    'taken back: it is to be protected anew'
);
select is(left_of('RELEASEUSDT'), '* e1 s1 tp-1', 'they are left, and what nobody can name');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed pending_sl driven, cancel * e1 s1, stop_loss sell 4 at 95 reduce-only s2',
    'recovery takes it up at once, and is told all of them'
);
select is(
    line(tradelatch.confirm_entry(
        id('RELEASEUSDT'), fence('RELEASEUSDT'), 6, 100, orders_ended => orders_of('RELEASEUSDT', 'e1')
    )),
    'ok pending_sl driven, cancel * s1 s2, stop_loss sell 6 at 95 reduce-only s3',
    'the entry filled meanwhile, and was cancelled'
);
select is(
    line(tradelatch.activate_position(
        id('RELEASEUSDT'), fence('RELEASEUSDT'), 95, order_of('RELEASEUSDT', 's3'), orders_ended => array['*'] || orders_of('RELEASEUSDT', 's1 s2')
    )),
    'ok active driven',
    'protected, and the others are gone'
);
call given('CLOSINGUSDT', 'pending_close');
select is((tradelatch.release_position(id('CLOSINGUSDT'), 'mine')).outcome, 'ok', 'released in the middle of a close');
select is(
    (
        select array_agg(r.action)
        from monitoring.position_backups as b
        cross join lateral tradelatch.restore_backup(b.backup_id, dry_run => false) as r
        where b.position_id = id('CLOSINGUSDT')
    ),
    array['restore'],
    'and taken back'
);
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed pending_close driven, cancel c1, close sell 10 reduce-only c2',
    'its driver before may still send c1: a fresh id'
);
select is(
    line(tradelatch.confirm_close(
        id('CLOSINGUSDT'), 'exit', array['*'] || orders_of('CLOSINGUSDT', 'c1 c2 s1'), fence => fence('CLOSINGUSDT')
    )),
    'ok pending_cancels driven, cancel c1',
    'and is not ended by somebody else'
);

-- A plain UPDATE, whoever runs it, begins no close that has no order, and ends nothing of which an order is left.
create function updated(symbol text, assignments text)
returns text
language plpgsql
as $$
begin
    execute format('update monitoring.positions set %s where id = %s', updated.assignments, id(updated.symbol));
    return 'done';
exception
    when others then
        return sqlstate || ' ' || sqlerrm;
end
$$;
call given('PLAINUSDT', 'active');
select is(
    updated('PLAINUSDT', 'status = ''pending_close'''),
    format('TL002 position %s is active: a plain UPDATE cannot say which order is due then', id('PLAINUSDT')),
    'into pending_close, without a quantity to close'
);
select is(
    updated('PLAINUSDT', 'status = ''closed'', closed_at = now()'),
    format('TL002 position %s is active: orders of it are left', id('PLAINUSDT')),
    'into closed, with its stop-loss on the exchange'
);
select is((book_row('PLAINUSDT')).status || ' ' || left_of('PLAINUSDT'), 'active s1', 'it is as it was');

-- Months run backwards, and a day less a day is not nothing.
select refused(format(c.call, v.bad), '22023 ' || c.argument, c.argument || ' of ' || v.bad)
from (values ('-1 month 30 days'), ('-1 month 31 days'), ('1 month -30 days 1 minute'), ('1 day -24:00:01')) as v (bad)
cross join (values
    ('create_position(''binance'', ''TIMEUSDT'', ''long'', 1, 100, lease => %L)', 'lease'),
    ('renew_lease(id(''PLAINUSDT''), fence(''PLAINUSDT''), %L)', 'lease'),
    ('claim_stale(grace => %L)', 'grace'),
    ('diagnose(stale_after => %L)', 'stale_after')
) as c (call, argument);
select is(
    round(extract(epoch from (tradelatch.create_position('binance', 'TIMEUSDT', 'long', 1, 100, lease => '1 day -23:59:59')).lease_until
        - clock_timestamp())),
    1::numeric,
    'a day and a second less 24 hours is a second'
);

-- Sums below 1e30: 22023, never a constraint.
select is(
    (tradelatch.adopt_position('binance', 'HUGEUSDT', 'long', 9e29, 100, clock_timestamp())).outcome, 'created', 'as large as it may be'
);
select refused(
    $$confirm_entry(id('HUGEUSDT'), fence('HUGEUSDT'), 5e29, 100)$$,
    '22023 filled_quantity',
    'what is open would be more'
);
select refused($$resize_position(id('HUGEUSDT'), 1e30, 'x')$$, '22023 quantity', 'as a resize says it');
call given('SUMUSDT', 'pending_cancels', filled => 4);
select refused($$confirm_entry(id('SUMUSDT'), fence('SUMUSDT'), 1e30, 100)$$, '22023 filled_quantity', 'as a fill');
select is(
    (tradelatch.confirm_entry(id('SUMUSDT'), fence('SUMUSDT'), 9e29, 100)).order_quantity,
    9e29 - 4,
    'the largest fill is closed, but what was closed before'
);

-- What was seen of the stop-loss before it was sent says nothing: only what begins a grace time later does.
call given('SEENUSDT', 'pending_sl');
call later('1 hour');
select is(
    (tradelatch.activate_position(id('SEENUSDT'), fence('SEENUSDT'), 95, order_of('SEENUSDT', 's1'), 'stop')).outcome, 'ok', 'it stands'
);
create function without_stop(observed_at timestamptz)
returns bigint
language sql
volatile
return (
    select count(*)
    from unnest(show('{"SEENUSDT long 10"}', without_stop.observed_at, false, more => '{"stop_loss_price": null}')) as f (line)
    where f.line ~ '^critical no_stop_loss'
);
select is(
    without_stop(clock_timestamp() - interval '10 seconds'),
    0::bigint,
    'begun before it was sent, it is not there'
);
select is(without_stop(clock_timestamp() - interval '3 seconds'), 0::bigint, 'nor a little later');
call later('1 minute');
select is(without_stop(clock_timestamp() - interval '50 seconds'), 0::bigint, 'seen once, when it should be there');
select is(without_stop(clock_timestamp() - interval '40 seconds'), 1::bigint, 'seen twice: it is not there');

select explained();
select * from finish();
rollback;
