-- Nothing open is silent: what is past due is in a finding, whatever its status, whoever is beside it, whatever was seen of it.

begin;
\ir ../functions/setup.psql
\ir ../functions/evidence.psql
select plan(11);

-- Two statuses of a later release: from one of them no cleanup leads, from the other one cleanup leads two ways.
insert into monitoring.position_statuses (status, is_open, meaning) values
('pending_merge', true, 'nobody knows a way out of it yet'),
('pending_split', true, 'it can end in two ways');
insert into monitoring.position_transitions (move, from_status, to_status, to_is_open) values
('cleanup', 'pending_split', 'closed', false),
('cleanup', 'pending_split', 'rolled_back', false);
alter table monitoring.positions drop constraint positions_coherent_check;
call without_indexes();

-- One slot for each case: the position, another one beside it or not, and what two snapshots showed of the slot. An active position
-- is at rest, all others have something due.
create table cases as
select
    'N' || row_number() over (order by s.status, b.beside, e.seen) as symbol,
    s.status,
    b.beside,
    e.seen
from monitoring.position_statuses as s
cross join lateral (
    select null as beside
    union all
    select other.status
    from monitoring.position_statuses as other
    where other.is_open
) as b
cross join (values ('nothing'), ('gone'), ('the same'), ('another quantity'), ('the other side')) as e (seen)
where s.is_open and s.status <> 'active';
create procedure open(symbol text, status text)
language sql
as $$
    insert into monitoring.positions (
        exchange, symbol, side, quantity, entry_price, status, filled_quantity, open_quantity, average_price, stop_loss_price,
        exchange_order_id
    ) values (
        'binance', open.symbol, 'long', 10, 100, open.status, 10, 10, 100, 95, 'entry-' || gen_random_uuid()
    )
$$;
do $$
declare
    v_case cases;
begin
    for v_case in select * from cases loop
        call open(v_case.symbol, v_case.status);
        if v_case.beside is not null then
            call open(v_case.symbol, v_case.beside);
        end if;
    end loop;
end
$$;
call later('1 hour');
insert into monitoring.sightings (exchange, account, symbol, position_side, side, quantity, first_seen_at, last_seen_at)
select
    'binance',
    'default',
    c.symbol,
    'both',
    case c.seen when 'gone' then null when 'the other side' then 'short' else 'long' end,
    case c.seen when 'gone' then 0 when 'another quantity' then 9 else 10 end,
    now() - interval '30 minutes',
    now() - interval '10 minutes'
from cases as c
where c.seen <> 'nothing';
insert into monitoring.snapshots (exchange, account, observed_at)
values ('binance', 'default', now() - interval '10 minutes');

create table silent as
select
    c.beside,
    c.seen,
    p.status,
    p.id
from cases as c
inner join monitoring.positions as p on p.symbol = c.symbol
where p.status <> 'active'
    and not exists (select from tradelatch.diagnose() as f where f.position_id = p.id);

select cmp_ok((select count(*) from cases)::integer, '>=', 5 * 7 * 9, 'every open status, every other one beside it');
select is_empty(
    'select s.status, s.seen from silent as s where s.beside is null', 'what is past due is in a finding, whatever its status'
);
select is_empty('select s.status, s.beside, s.seen from silent as s', 'also beside another open row of its slot');
select is_empty(
    $$
        select f.position_id, f.check_name
        from tradelatch.diagnose() as f
        where f.position_id is not null
        group by f.position_id, f.check_name
        having count(*) > 1
    $$,
    'each of them once, however many ways cleanup has'
);
select is(
    (select array_agg(distinct f.detail ->> 'to_status') from found(c.symbol, c.status) as f),
    array[null],
    c.status || ': cleanup does not guess what becomes of it'
)
from cases as c
where c.status in ('pending_merge', 'pending_split') and c.beside is null and c.seen = 'gone';
select is(
    (select array_agg(line(f)) from tradelatch.diagnose(symbol => c.symbol) as f),
    array['critical pending_merge ' || c.symbol || ' both pending_merge: recover'],
    'one that nobody knows is as grave as the gravest'
)
from cases as c
where c.status = 'pending_merge' and c.beside is null and c.seen = 'nothing';

-- Nor is it left out by cleanup, which says what is to be done.
select is(
    cleaned(format('mode => ''all'', symbol => %L, older_than => ''0''', c.symbol)),
    array[format('needs recover %s both %s> recover', c.symbol, c.status)],
    c.status || ': cleanup leaves it, and says so'
)
from cases as c
where c.status in ('pending_merge', 'pending_split') and c.beside is null and c.seen = 'gone';
select is_empty(
    $$
        select f.*
        from tradelatch.diagnose() as f
        where f.status in ('pending_merge', 'pending_split') and f.action ~ '^cleanup' and not f.detail ? 'to_status'
    $$,
    'nor does a finding call for a cleanup that does not know what becomes of it'
);

-- Without the log nobody knows since when.
set local session_replication_role = replica;
delete from monitoring.position_events;
update monitoring.positions as p set lease_until = now() + interval '1 hour' where p.status <> 'active';
set local session_replication_role = origin;
select is_empty(
    $$
        select c.status
        from cases as c
        where c.beside is null
            and not exists (select from tradelatch.diagnose(symbol => c.symbol) as f where f.status = c.status)
    $$,
    'where the log is lost, it is as old as its row'
);

select * from finish();
rollback;
