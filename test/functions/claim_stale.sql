begin;
\ir setup.psql
select plan(245);

select declared_as_move(
    'claim_stale',
    'lease interval = ''1 minute'', grace interval = ''5 seconds'', max_positions int = 10, exchange text = null, '
    'account text = null',
    'SETOF tradelatch.receipt'
);

create function claimed(arguments text default '')
returns text[]
language plpgsql
as $$
declare
    v_claimed text[];
begin
    execute format(
        'select array_agg(r.symbol || '' '' || given.line(r)) from tradelatch.claim_stale(%s) as r', claimed.arguments
    ) into v_claimed;
    return v_claimed;
end
$$;

-- Unfinished ones, and active ones that rest an entry; each once.

create table stale as
select *
from (values
    (1, 'O1USDT', 'pending_entry', 'long', 10, 'entry buy 10 opening e1'),
    (2, 'O2USDT', 'entry_placed', 'short', 10, 'entry sell 10 opening e1'),
    (3, 'O3USDT', 'pending_sl', 'long', 4, 'cancel e1, stop_loss sell 4 reduce-only s1'),
    (4, 'O4USDT', 'pending_close', 'short', 4, 'cancel e1, close buy 10 reduce-only c1'),
    (5, 'O5USDT', 'pending_rollback', 'long', 0, 'cancel e1, close sell 10 reduce-only c1'),
    (6, 'O6USDT', 'pending_cancels', 'long', 10, 'cancel s1'),
    (7, 'O7USDT', 'active', 'long', 4, 'cancel e1'),
    (8, 'N1USDT', 'active', 'long', 10, null),
    (9, 'N2USDT', 'closed', 'long', 10, null),
    (10, 'N3USDT', 'rolled_back', 'long', 10, null),
    (11, 'N4USDT', 'canceled', 'long', 10, null),
    (12, 'N5USDT', 'failed', 'long', 10, null)
) as s (place, symbol, status, side, filled, due);
do $$
declare
    v_stale stale;
begin
    for v_stale in select * from stale loop
        call given(v_stale.symbol, v_stale.status, v_stale.side, filled => v_stale.filled);
    end loop;
end
$$;
select is(claimed(), null, 'while the leases live there is nothing to claim');
select is(claimed('grace => ''0'''), null, 'without a grace time neither');

-- The one whose lease ended first comes first; the others are as old as their place is low.
do $$
declare
    v_stale stale;
begin
    for v_stale in select * from stale loop
        call lapse(v_stale.symbol, interval '1 hour' - v_stale.place * interval '1 minute');
    end loop;
end
$$;
create table before as
select p.*
from monitoring.positions as p;
select is(
    claimed('lease => ''10 minutes'''),
    (
        select array_agg(format('%s claimed %s driven, %s', s.symbol, s.status, s.due) order by s.place)
        from stale as s
        where s.due is not null
    ),
    'each unfinished one, with what is due and the resting entry; an entry that is due is to be looked up'
);
select is(claimed(), null, 'each once');
select is(
    event(s.symbol),
    format('claim_stale %s>%s fence {"lease_ended": "%s"}', s.status, s.status, to_json(b.lease_until) #>> '{}'),
    s.status || ': the log has it'
)
from stale as s
inner join before as b on b.symbol = s.symbol
where s.due is not null;
select cmp_ok(fence(b.symbol), '>', b.fence, b.status || ': the fence rises')
from before as b
inner join stale as s on s.symbol = b.symbol
where s.due is not null;
select ok(
    (book_row(s.symbol)).lease_until between now() + interval '10 minutes' and clock_timestamp() + interval '10 minutes',
    s.status || ': the lease is as told'
)
from stale as s
where s.due is not null;
select is((book_row(b.symbol))::text, b::text, b.status || ' is left alone')
from before as b
inner join stale as s on s.symbol = b.symbol
where s.due is null;
select is(
    to_jsonb(book_row(b.symbol)) - '{fence,lease_until,drive_attempt,orders_in_hand,orders_at,updated_at}'::text[],
    to_jsonb(b) - '{fence,lease_until,drive_attempt,orders_in_hand,orders_at,updated_at}'::text[],
    b.status || ': nothing but the drive changes'
)
from before as b
inner join stale as s on s.symbol = b.symbol
where s.due is not null;
select is(
    (book_row(b.symbol)).orders_in_hand,
    case
        when h.ending is not null
            then jsonb_build_object(b.order_key || h.ending, jsonb_build_object('until', b.lease_until + interval '5 seconds'))
    end,
    format('%s: %s was in the former hand until lease and grace time had passed', b.status, coalesce(h.ending, 'nothing'))
)
from before as b
inner join (values
    ('O1USDT', 'e1'), ('O2USDT', null), ('O3USDT', 's1'), ('O4USDT', 'c1'), ('O5USDT', 'c1'), ('O6USDT', null), ('O7USDT', null)
) as h (symbol, ending) on h.symbol = b.symbol;
select is(
    line(tradelatch.renew_lease(id(s.symbol), fence(s.symbol))),
    r.line,
    s.status || ': later receipts'
)
from stale as s
inner join (values
    ('O1USDT', 'ok pending_entry driven'), ('O2USDT', 'ok entry_placed driven'),
    ('O3USDT', 'ok pending_sl driven, stop_loss sell 4 reduce-only s1'),
    ('O4USDT', 'ok pending_close driven, cancel e1, close buy 10 reduce-only c1'),
    ('O5USDT', 'ok pending_rollback driven, cancel e1, close sell 10 reduce-only c1'),
    ('O6USDT', 'ok pending_cancels driven, cancel s1'), ('O7USDT', 'ok active driven')
) as r (symbol, line) on r.symbol = s.symbol;
select is(
    line(tradelatch.create_position('binance', s.symbol, 'long', 10, 100)), 'existing ' || s.status, s.status || ' keeps its slot'
)
from stale as s
where s.due is not null;

-- The former driver has nothing to say any more, whatever it calls.
select refused(format(v.call, b.id, b.fence), 'TL003', format('%s: %s', b.status, v.call))
from before as b
cross join (values
    ('place_entry(%s, %s, ''x'')'),
    ('confirm_entry(%s, %s, 10)'),
    ('activate_position(%s, %s, 95, ''x'')'),
    ('cancel_position(%s, %s, ''x'')'),
    ('fail_position(%s, %s, ''x'')'),
    ('rollback_position(%s, %s, ''x'')'),
    ('confirm_flat(%s, %s)'),
    ('begin_close(%s, ''x'', %s)'),
    ('confirm_close(%s, ''x'', fence => %s)'),
    ('confirm_orders(%s, fence => %s)'),
    ('replace_stop_loss(%s, 96, %s)'),
    ('resize_position(%s, 5, ''x'', fence => %s)'),
    ('reissue_order(%s, %s, ''x'', ''x'')'),
    ('renew_lease(%s, %s)')
) as v (call)
inner join stale as s on s.due is not null
where s.symbol = b.symbol;

-- lease_until and grace time.
call lapse('O1USDT', '3 seconds');
select is(claimed(), null, '3 s after the lease nobody is disturbed');
select is(claimed('grace => ''1 minute'''), null, 'nor within a longer grace time');
select is(
    claimed('grace => ''2 seconds'''),
    array['O1USDT claimed pending_entry driven, entry buy 10 opening e1'],
    'a shorter one is over'
);
call lapse('O2USDT', '1 millisecond');
select is(
    claimed('grace => ''0'''),
    array['O2USDT claimed entry_placed driven, entry sell 10 opening e1'],
    'a grace time may be 0'
);
call lapse('O3USDT', '6 seconds');
select is(claimed(), array['O3USDT claimed pending_sl driven, cancel e1, stop_loss sell 4 reduce-only s1'], '6 s after the lease');
select ok(
    (book_row('O3USDT')).lease_until between now() + interval '1 minute' and clock_timestamp() + interval '1 minute',
    'for a minute'
);

-- What is active needs a driver where an order is left beside its stop-loss that the database handed out, or that was its
-- stop-loss.
create procedure given_active(symbol text)
language plpgsql
as $$
begin
    if given_active.symbol ~ '^FOUND' then
        perform tradelatch.adopt_position(
            'binance', given_active.symbol, 'long', 10, 100, clock_timestamp(), stop_loss_price => 90,
            stop_loss_order_id => case given_active.symbol when 'FOUND1' then 'theirs' end
        );
        return;
    end if;
    call given(given_active.symbol, 'active', filled => case when given_active.symbol ~ 'ENTRY' then 4 else 10 end);
    if given_active.symbol = 'MOVED' then
        perform tradelatch.update_stop_loss(id('MOVED'), 96, 'by the exchange');
    elsif given_active.symbol = 'REPLACED' then
        perform tradelatch.replace_stop_loss(id('REPLACED'), 96, fence => fence('REPLACED'));
        perform tradelatch.activate_position(id('REPLACED'), fence('REPLACED'), 96, order_of('REPLACED', 's2'));
    elsif given_active.symbol = 'HELD' then
        perform tradelatch.replace_stop_loss(id('HELD'), 96, fence => fence('HELD'));
        perform tradelatch.take_over(id('HELD'), 'he hangs');
        perform tradelatch.activate_position(
            id('HELD'), fence('HELD'), 96, order_of('HELD', 's3'), orders_ended => orders_of('HELD', 's1')
        );
    elsif given_active.symbol ~ 'PROFIT' then
        perform tradelatch.confirm_orders(id(given_active.symbol), orders_placed => array['tp-' || n])
        from generate_series(1, 2) as n;
        perform tradelatch.confirm_orders(id(given_active.symbol), orders_placed => array['tp-1']);
    end if;
end
$$;
create table actives as
select *
from (values
    (1, 'ENTRY', 'cancel e1'),
    (2, 'MOVED', 'cancel s1'),
    (3, 'REPLACED', 'cancel s1'),
    (4, 'HELD', 'cancel s2'),
    (5, 'ENTRYPROFIT', 'cancel e1'),
    (6, 'PROFIT', null),
    (7, 'FOUND1', null),
    (8, 'FOUND2', null),
    (9, 'PLAIN', null)
) as a (place, symbol, due);
do $$
declare
    v_active actives;
begin
    for v_active in select * from actives loop
        call given_active(v_active.symbol);
        call lapse(v_active.symbol, interval '1 day' - v_active.place * interval '1 minute');
    end loop;
end
$$;
select is(
    claimed(),
    (
        select array_agg(format('%s claimed active driven, %s', a.symbol, a.due) order by a.place)
        from actives as a
        where a.due is not null
    ),
    'those that have one: no take-profit, and none that nobody can name'
);
select is(
    left_of(a.symbol), a.names, format('of %s is left what was left', a.symbol)
)
from (values
    ('ENTRY', 'e1 s1'), ('MOVED', 'id:by the exchange s1'), ('REPLACED', 's1 s2'), ('HELD', 's2 s3'),
    ('ENTRYPROFIT', 'e1 s1 tp-1 tp-2'), ('PROFIT', 's1 tp-1 tp-2'), ('FOUND1', '* id:theirs'), ('FOUND2', '*'), ('PLAIN', 's1')
) as a (symbol, names);
select is(
    line(tradelatch.confirm_orders(id(a.symbol), orders_of(a.symbol, a.ending), fence => fence(a.symbol))),
    'ok active driven',
    format('%s: %s is cancelled', a.symbol, a.ending)
)
from (values ('MOVED', 's1'), ('REPLACED', 's1')) as a (symbol, ending);
call lapse('MOVED', '1 day');
call lapse('REPLACED', '1 day');
select is(claimed(), null, 'then nobody needs to drive them');

-- Where the stop-loss of an active one ended, no lease is waited for.
call given('ENDED', 'active');
select is(
    line(tradelatch.renew_lease(id('ENDED'), fence('ENDED'), '1 hour')), 'ok active driven', 'a lease of an hour'
);
select is(
    line(tradelatch.confirm_orders(id('ENDED'), orders_of('ENDED', 's1'))), 'ok pending_sl', 'its stop-loss expired'
);
select is(
    claimed('grace => ''1 day'''),
    array['ENDED claimed pending_sl driven, stop_loss sell 10 at 95 reduce-only s2'],
    'it is taken at once'
);

-- No more than was asked for, the oldest lease first.
create table numbered as
select format('M%sUSDT', lpad(n::text, 2, '0')) as symbol, (n * 7) % 13 as age
from generate_series(1, 12) as n;
do $$
declare
    v_numbered numbered;
begin
    for v_numbered in select * from numbered loop
        call given(v_numbered.symbol, 'pending_entry');
        call lapse(v_numbered.symbol, interval '1 hour' + v_numbered.age * interval '1 second');
    end loop;
end
$$;
select is(
    claimed('max_positions => ' || v.most),
    (
        select array_agg(format('%s claimed pending_entry driven, entry buy 10 opening e1', n.symbol) order by n.place)
        from (select m.symbol, row_number() over (order by m.age desc) as place from numbered as m) as n
        where n.place between v.first and v.last
    ),
    format('%s of them', v.most)
)
from (values (1, 1, 1), (3, 2, 4), (1000, 5, 12)) as v (most, first, last);
do $$
declare
    v_numbered numbered;
begin
    for v_numbered in select * from numbered loop
        call lapse(v_numbered.symbol, '1 hour');
    end loop;
end
$$;
select is(array_length(claimed(), 1), 10, 'ten at a time');
select is(array_length(claimed(), 1), 2, 'then the others');

-- By exchange and account.
create table places as
select *
from (values ('binance', 'default'), ('binance', 'second'), ('bybit', 'default'), ('bybit', 'second')) as p (exchange, account);
select is(
    (tradelatch.create_position(p.exchange, 'WHEREUSDT', 'long', 10, 100, account => p.account)).outcome,
    'created',
    format('%s %s', p.exchange, p.account)
)
from places as p;
create procedure all_lapse()
language plpgsql
as $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p set lease_until = now() - interval '1 hour' where p.symbol = 'WHEREUSDT';
    perform set_config('session_replication_role', 'origin', true);
end
$$;
create function claimed_at(arguments text)
returns text[]
language plpgsql
as $$
declare
    v_claimed text[];
begin
    call all_lapse();
    execute format(
        'select array_agg(r.exchange || '' '' || r.account order by r.exchange, r.account) from tradelatch.claim_stale(%s) as r',
        claimed_at.arguments
    ) into v_claimed;
    return v_claimed;
end
$$;
select is(claimed_at(v.arguments), v.claimed, 'claim_stale ' || v.arguments)
from (values
    ('exchange => ''bybit''', array['bybit default', 'bybit second']),
    ('exchange => '' BinanceUSDM ''', array['binance default', 'binance second']),
    ('account => ''second''', array['binance second', 'bybit second']),
    ('account => '' second ''', array['binance second', 'bybit second']),
    ('exchange => ''bybit'', account => ''default''', array['bybit default']),
    ('exchange => ''okx''', null),
    ('account => ''Second''', null),
    ('', array['binance default', 'binance second', 'bybit default', 'bybit second'])
) as v (arguments, claimed);

-- Hedge mode: the two of a symbol are two positions.
call given('HEDGEUSDT', 'pending_sl', 'long', 'long');
call given('HEDGEUSDT', 'pending_sl', 'short', 'short');
call lapse('HEDGEUSDT', '1 hour', 'long');
select is(
    claimed(), array['HEDGEUSDT claimed pending_sl driven, stop_loss sell 10 reduce-only s1'], 'the long one'
);
call lapse('HEDGEUSDT', '2 hours', 'short');
call lapse('HEDGEUSDT', '1 hour', 'long');
select is(
    claimed(),
    array[
        'HEDGEUSDT claimed pending_sl driven, stop_loss buy 10 reduce-only s1',
        'HEDGEUSDT claimed pending_sl driven, stop_loss sell 10 reduce-only s1'
    ],
    'both of them'
);

-- What is refused.
select refused_values('claim_stale', '{}', 'lease', bad_intervals() || array['0']);
select refused_values('claim_stale', '{}', 'grace', bad_intervals());
select refused_values('claim_stale', '{}', 'max_positions', array[null, '0', '-1', '-2147483648']);
select refused_values('claim_stale', '{}', 'exchange', optional(bad_texts(50)));
select refused_values('claim_stale', '{}', 'account', optional(bad_texts(64)));

-- Who may.
call lapse('O1USDT', '1 hour');
select is(
    (try('claim_stale(lease => ''1 microsecond'', grace => ''0'')', role => r.role)).seen,
    r.seen,
    r.role || ': ' || coalesce(r.seen, 'nothing')
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'claimed pending_entry driven, entry buy 10 opening e1'),
    ('tradelatch_operator', 'claimed pending_entry driven, entry buy 10 opening e1')
) as r (role, seen);

-- An entry that a stream saw arrive is looked up, too, by whoever claims it.
call given('ARRIVEDUSDT', 'pending_entry');
select is(
    line(tradelatch.confirm_orders(id('ARRIVEDUSDT'), orders_placed => orders_of('ARRIVEDUSDT', 'e1'))),
    'ok pending_entry',
    'a stream says that the entry arrived, and its driver dies'
);
call lapse('ARRIVEDUSDT', '100 years');
select is(
    (select line(r) from tradelatch.claim_stale(max_positions => 1) as r),
    'claimed pending_entry driven, entry buy 10 opening e1',
    'to be looked up'
);
select is(
    line(tradelatch.renew_lease(id('ARRIVEDUSDT'), fence('ARRIVEDUSDT'))),
    'ok pending_entry driven',
    'no other receipt calls for it'
);

select explained();
select * from finish();
rollback;
