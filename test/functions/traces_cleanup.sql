-- cleanup ends nothing of which an order is left: the absence of a position says nothing of a limit order that rests.

begin;
\ir setup.psql
\ir evidence.psql
select plan(8);

call given('LIMITUSDT', 'entry_placed');
call given('GONEUSDT', 'active');
select is((tradelatch.confirm_orders(id('GONEUSDT'), orders_of('GONEUSDT', 's1'))).status, 'pending_sl', 's1 was cancelled by hand');
call later('1 hour');
select is(
    (
        select array_agg(f.line order by f.line)
        from unnest(show('{}', clock_timestamp() - interval '1 minute', max_closes => 100)
            || show('{}', clock_timestamp() - interval '50 seconds', max_closes => 100)) as f (line)
        where f.line ~ 'LIMITUSDT'
    ),
    null,
    'that nothing is open for an entry that rests is no finding'
);
select is(
    cleaned($$'incomplete', symbol => 'LIMITUSDT', older_than => '0', dry_run => false$$),
    array['needs recover LIMITUSDT both entry_placed> recover'],
    'it is not cleaned up'
);
select is((book_row('LIMITUSDT')).status || ' ' || left_of('LIMITUSDT'), 'entry_placed e1', 'it is as it was');
select is((tradelatch.create_position('binance', 'LIMITUSDT', 'short', 1, 100)).outcome, 'existing', 'and holds its slot');
select is(
    cleaned($$'all', symbol => 'GONEUSDT', older_than => '0', dry_run => false$$),
    array['end GONEUSDT both pending_sl>closed'],
    'where no order is left the absence is enough'
);
select is((select line(r) from tradelatch.claim_stale() as r where r.symbol = 'LIMITUSDT'), 'claimed entry_placed driven, entry buy 10 opening e1', 'recovery cancels it');
select is(
    line(tradelatch.cancel_position(id('LIMITUSDT'), fence('LIMITUSDT'), 'cancelled')), 'ok canceled driven', 'then it is over'
);

select * from finish();
rollback;
