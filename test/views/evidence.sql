-- What the exchanges showed, beside what the book has, and whether that proves anything.

begin;
\ir setup.psql
select plan(30);

select view_owner_is('monitoring'::name, 'evidence'::name, 'tradelatch_owner'::name);
select is(
    (
        select array_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)) collate "default" order by a.attnum)
        from pg_attribute as a
        where a.attrelid = 'monitoring.evidence'::regclass
            and a.attnum > 0
            and not a.attisdropped
    ),
    array[
        'exchange text', 'account text', 'symbol text', 'position_side text', 'side text', 'quantity numeric',
        'average_price numeric',
        'stop_loss_price numeric', 'stop_loss_order_id text', 'no_stop_loss_since timestamp with time zone',
        'no_stop_loss_until timestamp with time zone',
        'first_seen_at timestamp with time zone', 'last_seen_at timestamp with time zone', 'position_id bigint',
        'is_settled boolean',
        'is_proven boolean'
    ],
    'its columns'
);
select is_empty(
    $$
        select *
        from pg_class as c
        cross join aclexplode(c.relacl) as a
        where c.oid = 'monitoring.evidence'::regclass and a.grantee <> c.relowner
    $$,
    'nobody but the owner reads it'
);
select isnt(obj_description('monitoring.evidence'::regclass, 'pg_class'), null, 'it says what it is');

-- A row of the book, long 10 unless it says otherwise, whose exposure moved for the last time so long before noon, and whose
-- orders and stop-loss an hour after it; a sighting of a slot,
-- first and last seen so long after it.

create procedure given.book(
    symbol text, moved interval default '1 hour', position_side text default 'both', side text default 'long',
    open numeric default 10,
    exchange text default 'binance', account text default 'default', over boolean default false
)
language sql
as $$
    insert into monitoring.positions (
        exchange, account, symbol, position_side, side, quantity, entry_price, status, origin, filled_quantity, open_quantity,
        stop_loss_price, created_at, exposure_at, updated_at, orders_at, closed_at, lease_until
    )
    select
        book.exchange, book.account, book.symbol, book.position_side, book.side, 10, 100,
        case when book.over then 'closed' else 'active' end,
        'inserted', book.open, case when book.over then 0 else book.open end, 95, n.noon - interval '1 day', n.noon - book.moved,
        n.noon + interval '1 hour', n.noon + interval '1 hour',
        case when book.over then n.noon - book.moved end, n.noon - book.moved
    from (values (timestamptz '2026-01-01 12:00Z')) as n (noon)
$$;
create procedure given.seen(
    symbol text, first_seen interval, last_seen interval, side text default 'long', quantity numeric default 10,
    position_side text default 'both', exchange text default 'binance', account text default 'default'
)
language sql
as $$
    insert into monitoring.sightings (exchange, account, symbol, position_side, side, quantity, first_seen_at, last_seen_at)
    select
        seen.exchange, seen.account, seen.symbol, seen.position_side, seen.side, seen.quantity, n.noon + seen.first_seen,
        n.noon + seen.last_seen
    from (values (timestamptz '2026-01-01 12:00Z')) as n (noon)
$$;
-- What it comes to: nothing, open, settled or proven, and whether a row of the book is beside it.
create function given.verdict(symbol text, position_side text default null)
returns text
language sql
stable
return coalesce((
    select string_agg(
        concat_ws(
            ' ',
            case when e.is_proven then 'proven' when e.is_settled then 'settled' else 'open' end,
            case when e.position_id is null then 'free' else 'held' end
        ),
        ', ' order by e.position_side, e.position_id
    )
    from monitoring.evidence as e
    where e.symbol = verdict.symbol and e.position_side = coalesce(verdict.position_side, e.position_side)
), 'nothing');

-- Which slots are in it.

call seen('NONE', '0', '1 hour', null, 0);
select is(verdict('NONE'), 'nothing', 'a slot that is free here and there is none');
call seen('THERE', '0', '1 hour');
select is(verdict('THERE'), 'proven free', 'one that is free here and held there');
call book('HERE');
call seen('HERE', '0', '1 hour', null, 0);
select is(verdict('HERE'), 'proven held', 'one that is held here and free there');
call book('UNSEEN');
select is(verdict('UNSEEN'), 'nothing', 'one that nobody looked at is none');
call book('SLOTS', account => 'second');
call book('SLOTS', exchange => 'bybit');
call seen('SLOTS', '0', '1 hour');
select is(verdict('SLOTS'), 'proven free', 'another account or exchange holds another slot');
call book('HEDGED', position_side => 'long');
call book('HEDGED', position_side => 'short', side => 'short');
call seen('HEDGED', '0', '1 hour', 'short', position_side => 'short');
call seen('HEDGED', '0', '1 hour', null, 0, position_side => 'long');
select is(verdict('HEDGED'), 'proven held, proven held', 'the two slots of hedge mode');
select results_eq(
    $$
        select e.exchange, e.account, e.symbol, e.position_side, e.side, e.quantity, e.position_id
        from monitoring.evidence as e
        where e.symbol = 'HEDGED'
        order by e.position_side
    $$,
    $$
        select p.exchange::text, p.account::text, p.symbol::text, p.position_side::text, s.side::text, s.quantity::numeric, p.id::bigint
        from monitoring.positions as p
        inner join monitoring.sightings as s on s.symbol = p.symbol and s.position_side = p.position_side
        where p.symbol = 'HEDGED'
        order by p.position_side
    $$,
    'each beside its own row'
);

-- Two snapshots, a grace time apart.

call book('TWO1');
call seen('TWO1', '0', '4.999999 seconds', null, 0);
select is(verdict('TWO1'), 'settled held', 'seen for less than the grace time');
call book('TWO2');
call seen('TWO2', '0', '5 seconds', null, 0);
select is(verdict('TWO2'), 'proven held', 'seen for the grace time');
call seen('TWO3', '0', '0');
select is(verdict('TWO3'), 'settled free', 'presence is no better: seen once');

-- The first of them a grace time after the slot's last move.

call book('MOVE1', '0');
call seen('MOVE1', '4.999999 seconds', '1 hour', null, 0);
select is(verdict('MOVE1'), 'open held', 'seen too soon after the last move, however often since');
call book('MOVE2', '0');
call seen('MOVE2', '5 seconds', '1 hour', null, 0);
select is(verdict('MOVE2'), 'proven held', 'seen a grace time after it');
call book('MOVE3', '0');
call seen('MOVE3', '4.999999 seconds', '1 hour', 'short');
select is(verdict('MOVE3'), 'open held', 'the other side, too soon');
call book('MOVE4', '0');
call seen('MOVE4', '4.999999 seconds', '1 hour', quantity => 9);
select is(verdict('MOVE4'), 'open held', 'another quantity, too soon');

-- What agrees with the book needs no waiting.

call book('SAME', '0');
call seen('SAME', '0', '5 seconds');
select is(verdict('SAME'), 'proven held', 'the same side and quantity, at once');
call book('SAME2', '0', side => 'short', open => 4);
call seen('SAME2', '-1 hour', '5 seconds', 'short', 4);
select is(verdict('SAME2'), 'proven held', 'and before the last move');
call book('SAME3', '0', open => 0);
call seen('SAME3', '0', '1 hour', null, 0);
select is(verdict('SAME3'), 'open held', 'no quantity on either side has no side to agree in');

-- The end of a position is a move of its slot, too.

call book('ENDED1', '0', over => true);
call seen('ENDED1', '4.999999 seconds', '1 hour');
select is(verdict('ENDED1'), 'open free', 'still listed just after it was closed');
call book('ENDED2', '0', over => true);
call seen('ENDED2', '5 seconds', '1 hour');
select is(verdict('ENDED2'), 'proven free', 'listed a grace time after it was closed');
call book('ENDED3', '0', over => true);
call seen('ENDED3', '-1 hour', '1 hour');
select is(verdict('ENDED3'), 'open free', 'seen before it was closed, and ever since');
call book('ENDED4', '1 hour');
call book('ENDED4', '0', over => true);
call seen('ENDED4', '4 seconds', '1 hour', null, 0);
select is(verdict('ENDED4'), 'open held', 'the end of another one of the slot counts for the row that is open');
call book('ENDED5', '0', over => true, account => 'second');
call book('ENDED5', '0', over => true, exchange => 'bybit');
call seen('ENDED5', '0', '1 hour');
select is(verdict('ENDED5'), 'proven free', 'an end elsewhere does not');
call book('ENDED6', '0', 'long', over => true);
call seen('ENDED6', '0', '1 hour', 'short', position_side => 'short');
select is(verdict('ENDED6'), 'proven free', 'nor does that of the other side in hedge mode');
call book('ENDED7', '0', 'long', over => true);
call seen('ENDED7', '0', '1 hour');
select is(verdict('ENDED7'), 'open free', 'but one of hedge mode counts in one-way mode');
call book('ENDED8', '0', over => true);
call seen('ENDED8', '0', '1 hour', position_side => 'long');
select is(verdict('ENDED8'), 'open free', 'and the other way round');

-- Two rows that hold one slot.

drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short;
call book('DUP');
call book('DUP', '0');
call seen('DUP', '0', '1 hour', null, 0);
select is(verdict('DUP'), 'proven held, open held', 'each for itself');

select * from finish();
rollback;
