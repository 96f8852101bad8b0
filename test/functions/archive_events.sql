-- What is old leaves the log; what is open never does.

begin;
\ir setup.psql
select plan(28);

select declared('archive_events', 'older_than interval = ''365 days'', max_events int = 10000', 'SETOF tradelatch.events', 'tradelatch_operator');

-- A position that ended, and whose log ended, so long ago.
create procedure aged(symbol text, ended interval, logged interval default null)
language plpgsql
as $$
begin
    perform set_config('session_replication_role', 'replica', true);
    update monitoring.positions as p
    set
        created_at = clock_timestamp() - aged.ended,
        closed_at = case when p.closed_at is not null then clock_timestamp() - aged.ended end
    where p.id = id(aged.symbol);
    update monitoring.position_events as e
    set at = clock_timestamp() - coalesce(aged.logged, aged.ended)
    where e.position_id = id(aged.symbol);
    perform set_config('session_replication_role', 'origin', true);
end
$$;

create function archived(older_than interval, max_events integer default 10000)
returns text
language sql
volatile
as $$
    select string_agg(a.symbol || ' ' || a.event, ', ' order by a.event_id)
    from tradelatch.archive_events(archived.older_than, archived.max_events) as a
$$;

create function left_over()
returns text
language sql
volatile
security definer
as $$
    select string_agg(distinct p.symbol, ' ' order by p.symbol)
    from monitoring.position_events as e
    inner join monitoring.positions as p on p.id = e.position_id
$$;

call given('OLD', 'closed');
call given('OLDER', 'canceled');
call given('OPEN', 'active');
call given('SETTLED', 'closed');
call given('YOUNG', 'closed');
call aged('OLD', '400 days');
call aged('OLDER', '500 days');
call aged('OPEN', '500 days');
call aged('SETTLED', '500 days', '3 days');
call aged('YOUNG', '8 days');

select is(archived('365 days', 1), 'OLD create_position, OLD place_entry, OLD confirm_entry, OLD activate_position, OLD begin_close, OLD confirm_close',
    'all events of a position, although it is more than was asked for');
select is(left_over(), 'OLDER OPEN SETTLED YOUNG', 'and they are gone');
select is(archived('365 days'), 'OLDER create_position, OLDER cancel_position', 'then the next');
select is(archived('365 days'), null, 'until nothing is left');
select is(archived('9 days'), null, 'what was settled lately stays, and so does what is open, however old');
select is(archived('7 days'), 'YOUNG create_position, YOUNG place_entry, YOUNG confirm_entry, YOUNG activate_position, YOUNG begin_close, YOUNG confirm_close',
    'a week is the shortest');
select is(left_over(), 'OPEN SETTLED', 'the rest stays');
select is((select count(*) from monitoring.positions), 5::bigint, 'the positions themselves stay');
select results_eq(
    'select positions, events from monitoring.event_archives order by id',
    'values (1::bigint, 6::bigint), (1, 2), (1, 6)',
    'each batch is on record, and nothing else'
);

select throws_ok(format('select * from tradelatch.archive_events(%s)', a.arguments), '22023', null, a.arguments || ' is refused')
from (values ('null'), ('interval ''6 days 23 hours'''), ('''-1 year'''), ('interval ''101 years'''), ('interval ''100000 years'''), ('max_events => 0'), ('max_events => null'))
    as a (arguments);

-- This transaction archived: the rule of each event holds even so.

select throws_ok(
    'delete from monitoring.position_events', 'TL002', null, 'not even in the transaction of an archive goes what is open'
);
select throws_ok('update monitoring.position_events set event = ''x''', 'TL002', null, 'or is anything rewritten');
select throws_ok('truncate monitoring.position_events', 'TL002', null, 'or truncated');
select is(
    (select t.events from (select count(*) as events from tradelatch.position_timeline as v where v.position_id = id('OPEN')) as t), 4::bigint,
    'the history of what is open is whole'
);
-- A request is one position for ever, also when its log is gone.
select is((tradelatch.create_position('binance', 'OLD', 'long', 1, 1)).outcome, 'created', 'its slot is free');
select is(
    (select p.status from tradelatch.positions as p where p.position_id = (select min(q.position_id) from tradelatch.positions as q where q.symbol = 'OLD')),
    'closed', 'and the position is known'
);

select * from finish();
rollback;
