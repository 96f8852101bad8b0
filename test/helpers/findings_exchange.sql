-- What an exchange showed beside the book: info until it is proven, by two snapshots a grace time apart, both begun a grace time
-- after the slot's last move.

begin;
\ir ../functions/setup.psql
\ir ../functions/evidence.psql
select plan(114);

-- The entries of a snapshot, for the symbols that begin like this.
create table cases as
select *
from (values
    ('G1USDT', 'active', 'long 0', '{}', 'orphaned_db', 'warning', 'cleanup orphaned_db, to pending_cancels'),
    ('G2USDT', 'pending_sl', 'long 0', '{}', 'orphaned_db', 'warning', 'recover: an order of it may still be sent'),
    ('G3USDT', 'active', 'long 9.999999999999', '{}', 'quantity_mismatch', 'warning', 'look at its fills, then resize_position'),
    ('G4USDT', 'pending_sl', 'long 10.000000000001', '{}', 'quantity_mismatch', 'warning',
        'look at its fills, then resize_position'),
    ('G5USDT', 'active', 'short 10', '{}', 'side_mismatch', 'critical', 'look at the exchange: it holds the other side'),
    ('G6USDT', 'pending_rollback', 'short 20', '{}', 'side_mismatch', 'critical',
        'look at the exchange: it holds the other side'),
    ('G7USDT', null, 'long 7', '{}', 'orphaned_exchange', 'critical', 'cleanup orphaned_exchange, to pending_sl'),
    (
        'G8USDT', null, 'short 10', '{"stop_loss_price": 105}', 'orphaned_exchange', 'critical',
        'cleanup orphaned_exchange, to active'
    ),
    ('G9USDT', null, 'short 10', '{"average_price": null}', 'orphaned_exchange', 'critical', 'adopt, with its average price'),
    (
        'GAUSDT', 'active', 'long 10', '{"stop_loss_price": null}', 'no_stop_loss', 'critical',
        'update_stop_loss with a null price, then recover'
    ),
    ('GBUSDT', 'closed', 'long 7', '{}', 'orphaned_exchange', 'critical', 'cleanup orphaned_exchange, to pending_sl'),
    ('GCUSDT', 'active', 'long 10', '{}', null, null, null),
    ('GDUSDT', 'active', 'long 10', '{"stop_loss_price": 95}', null, null, null),
    ('GEUSDT', 'pending_close', 'long 9', '{}', null, null, null),
    ('GFUSDT', 'closed', 'long 0', '{}', null, null, null),
    ('GGUSDT', 'pending_sl', 'long 10', '{"stop_loss_price": null}', null, null, null)
) as c (symbol, status, entry, more, check_name, severity, action);
do $$
declare
    v_case cases;
begin
    for v_case in select * from cases where status is not null loop
        call given(v_case.symbol, v_case.status);
    end loop;
end
$$;
-- All of them in one snapshot.
create function see(observed_at timestamptz)
returns bigint
language sql
as $$
    select count(*)
    from tradelatch.reconcile(
        'binance',
        (
            select jsonb_agg(
                jsonb_build_object(
                    'symbol', c.symbol, 'side', split_part(c.entry, ' ', 1), 'quantity', split_part(c.entry, ' ', 2),
                    'average_price', 100
                ) || c.more::jsonb
            )
            from cases as c
        ),
        see.observed_at
    )
$$;
create function told(severity text default null)
returns setof text
language sql
as $$
    select is(
        (
            select array_agg(line(f))
            from tradelatch.diagnose(symbol => c.symbol) as f
            where f.check_name not in ('pending_close', 'pending_rollback') and (f.check_name, f.status) <> ('no_stop_loss',
                'pending_sl')
        ),
        case
            when c.check_name is not null then array[
                concat_ws(
                    ' ', coalesce(told.severity, c.severity), c.check_name, c.symbol, 'both',
                    case when c.check_name <> 'orphaned_exchange' then c.status end
                )
                || ': ' || case told.severity when 'info' then 'wait for another snapshot' else c.action end
            ]
        end,
        concat_ws(' ', coalesce(c.status, 'no row') || ',', 'shown', c.entry, nullif(c.more, '{}'), coalesce(told.severity,
            'when due'))
    )
    from cases as c
$$;

-- The first begins later than a grace time after the last move.
call later('1 hour');
create table first_snapshot as
select clock_timestamp() - interval '1 minute' as began;
select see(f.began) from first_snapshot as f;
select told('info');
select see(f.began + interval '5 seconds' - interval '1 microsecond') from first_snapshot as f;
select told('info');
select see(f.began + interval '5 seconds') from first_snapshot as f;
select told();

-- What the findings say of it.
select is(
    to_jsonb(f) - '{age,severity,action}'::text[],
    jsonb_build_object(
        'check_name', c.check_name,
        'position_id', case when c.check_name <> 'orphaned_exchange' then id(c.symbol) end,
        'exchange', 'binance',
        'account', 'default',
        'symbol', c.symbol,
        'position_side', 'both',
        'status', case when c.check_name <> 'orphaned_exchange' then c.status end,
        'detail', jsonb_strip_nulls(
            jsonb_build_object(
                'side', case c.check_name when 'orphaned_exchange' then split_part(c.entry, ' ', 1) else 'long' end,
                'open_quantity', case when c.check_name <> 'orphaned_exchange' then (book_row(c.symbol)).open_quantity end,
                'lease_until', case when c.check_name <> 'orphaned_exchange' then (book_row(c.symbol)).lease_until end,
                'stop_loss_price', case c.check_name when 'orphaned_exchange' then c.more::jsonb -> 'stop_loss_price' end,
                'to_status', substring(c.action from ', to (\w+)'),
                'seen', jsonb_build_object(
                    'side', case when c.entry <> 'long 0' then split_part(c.entry, ' ', 1) end,
                    'quantity', split_part(c.entry, ' ', 2)::numeric,
                    'average_price', coalesce('{"average_price": 100}'::jsonb || c.more::jsonb) -> 'average_price',
                    'first_seen_at', s.began,
                    'last_seen_at', s.began + interval '5 seconds',
                    'is_proven', true
                )
            )
        )
    ),
    c.check_name || ' ' || c.symbol || ': slot and detail'
)
from cases as c
cross join first_snapshot as s
cross join lateral tradelatch.diagnose(symbol => c.symbol) as f
where f.check_name = c.check_name;
select ok(
    f.age >= interval '1 minute' and f.age < interval '1 minute 30 seconds', c.check_name
        || ': its age is since it was first seen'
)
from cases as c
cross join lateral tradelatch.diagnose(symbol => c.symbol) as f
where f.check_name = c.check_name;

-- One that shows something else begins anew; one that does not list it says nothing, unless it is complete.
select show(array['G1USDT long 10', 'G3USDT long 8', 'G5USDT short 11', 'G7USDT long 11'], complete => false);
select is(
    diagnosed(v.symbol), v.lines, v.symbol || ': the latest snapshot shows something else'
)
from (values
    ('G1USDT', null),
    ('G3USDT', array['info quantity_mismatch G3USDT both active: wait for another snapshot']),
    ('G5USDT', array['info side_mismatch G5USDT both active: wait for another snapshot']),
    ('G7USDT', array['info orphaned_exchange G7USDT both: wait for another snapshot']),
    ('G8USDT', array['critical orphaned_exchange G8USDT both: cleanup orphaned_exchange, to active'])
) as v (symbol, lines);

-- Exactly a grace time after the last move, and just before it. Later moves, terminal ones included, begin everything anew.

-- What is open moved last then; what stands as its stop-loss, with its orders.
create function moved(symbol text, more jsonb)
returns timestamptz
language sql
stable
return case when moved.more ? 'stop_loss_price' then (book_row(moved.symbol)).orders_at else (book_row(moved.symbol)).exposure_at end;
-- How severe it is after each of the snapshots that began so long after the last move.
create function severities(symbol text, entry text, after interval[], more jsonb)
returns text[]
language plpgsql
as $$
declare
    v_after interval;
    v_severities text[];
begin
    foreach v_after in array severities.after loop
        perform show(
            array[severities.symbol || ' ' || severities.entry], moved(severities.symbol, severities.more) + v_after, complete => false,
            more => severities.more
        );
        v_severities := v_severities || (
            select coalesce(string_agg(f.severity, ' '), '') from tradelatch.diagnose(symbol => severities.symbol) as f
        );
    end loop;
    return v_severities;
end
$$;
create table moves as
select *
from (values
    ('H1USDT', 'active', 'long 0', '{}', 'orphaned_db', 'warning'),
    ('H2USDT', 'active', 'long 9', '{}', 'quantity_mismatch', 'warning'),
    ('H3USDT', 'active', 'short 9', '{}', 'side_mismatch', 'critical'),
    ('H4USDT', 'closed', 'long 7', '{}', 'orphaned_exchange', 'critical'),
    ('H5USDT', 'rolled_back', 'short 10', '{}', 'orphaned_exchange', 'critical'),
    ('H6USDT', 'canceled', 'long 7', '{}', 'orphaned_exchange', 'critical'),
    ('H7USDT', 'active', 'long 10', '{"stop_loss_price": null}', 'no_stop_loss', 'critical')
) as m (symbol, status, entry, more, check_name, severity);
do $$
declare
    v_move moves;
begin
    for v_move in select * from moves loop
        call later('1 hour');
        call given(v_move.symbol, v_move.status);
    end loop;
end
$$;
call later('1 hour');
select is(
    severities(
        m.symbol, m.entry, '{-1 microsecond,1 second,4.999999 seconds,20 seconds,24.999999 seconds,25 seconds}', m.more::jsonb
    ),
    array['', 'info', 'info', 'info', 'info', m.severity],
    format('%s, %s: before its last move, in the grace time after it, and the first two after that', m.status, m.check_name)
)
from moves as m
order by m.symbol;
select is(
    array[m.check_name] || severities(m.symbol, m.entry, '{30 minutes}', m.more::jsonb),
    array[m.check_name, m.severity],
    m.check_name || ': in every later snapshot'
)
from moves as m
where m.symbol = 'H7USDT';

-- Begun exactly a grace time after the last move, it counts.
do $$
declare
    v_move moves;
begin
    for v_move in select * from moves order by symbol loop
        call later('1 hour');
        call given(replace(v_move.symbol, 'H', 'J'), v_move.status);
    end loop;
end
$$;
call later('1 hour');
select is(
    severities(replace(m.symbol, 'H', 'J'), m.entry, '{5 seconds,9.999999 seconds,10 seconds}', m.more::jsonb),
    array['info', 'info', m.severity],
    format('%s, %s: two snapshots, 5 and 10 seconds after its last move', m.status, m.check_name)
)
from moves as m
order by m.symbol;

-- A move begins everything anew, even one that changes no status; a hand-over moves nothing.
call later('1 hour');
create table moved_again as
select *
from (values
    ('J1USDT', 'warning', format('resize_position(%s, 11, ''x'')', id('J1USDT')), null),
    ('J2USDT', 'warning', format('resize_position(%s, 12, ''x'')', id('J2USDT')), null),
    (
        'J3USDT', 'critical', format('take_over(%s, ''x'')', id('J3USDT')),
        '{"critical side_mismatch J3USDT both active: look at the exchange: it holds the other side"}'::text[]
    ),
    ('J7USDT', 'critical', format('update_stop_loss(%s, 96)', id('J7USDT')), null)
) as a (symbol, severity, call, lines);
select is((diagnosed(a.symbol))[1] ~ a.severity, true, a.symbol || ' is due')
from moved_again as a;
select is((try(a.call, role => 'tradelatch_operator')).state, '00000', a.call)
from moved_again as a;
select is(
    diagnosed(a.symbol), a.lines,
    a.call || case when a.lines is null then ': what was seen before says nothing any more' else ': it moved nothing' end
)
from moved_again as a;
select (tradelatch.create_position('binance', 'J4USDT', 'long', 10, 100)).outcome;
select is(diagnosed('J4USDT'), null, 'what was found there has a row now');

-- Only what is asked for; a suspect snapshot belongs to no symbol.
call later('1 hour');
call given('K1USDT', 'active');
select show('{}', max_closes => 0);
select is(
    (
        select array_agg(f.check_name || ' ' || coalesce(f.symbol, '-'))
        from monitoring.findings(v.exchange, v.account, v.symbols, '1 hour') as f
        where f.check_name in ('snapshot_suspect') or f.symbol = 'H1USDT'
    ),
    v.told,
    format('exchange %s, account %s, symbols %s', v.exchange, v.account, v.symbols)
)
from (values
    (null, null, null::text[], '{snapshot_suspect -,orphaned_db H1USDT}'::text[]),
    ('binance', 'default', null, '{snapshot_suspect -,orphaned_db H1USDT}'),
    ('binance', 'default', '{H1USDT}', '{orphaned_db H1USDT}'),
    (null, null, '{H2USDT,H1USDT,H1USDT}', '{orphaned_db H1USDT}'),
    (null, null, '{}', null),
    ('bybit', null, null, null),
    (null, 'second', null, null),
    (null, null, '{H2USDT}', null)
) as v (exchange, account, symbols, told);
select is(diagnosed('H1USDT'),
    array['warning orphaned_db H1USDT both active: look at the exchange: its latest snapshot is suspect'],
        'what was proven before has to wait');
select is(
    line(f) || ' ' || f.exchange || ' ' || f.account || ' ' || (f.detail - 'observed_at')::text,
    'critical snapshot_suspect: look at the exchange; if they are gone, reconcile with a higher max_closes binance default '
    || format('{"absences": %s, "max_closes": 0}', (
        select count(*) from monitoring.positions as p where p.status in ('active', 'pending_sl') and p.updated_at < now()
    )),
    'the suspect snapshot: how many were missing, and how many might be'
)
from tradelatch.diagnose() as f
where f.check_name = 'snapshot_suspect';

select explained();
select * from finish();
rollback;
