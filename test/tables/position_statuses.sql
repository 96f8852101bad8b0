-- The definition of the open set, and that everything else follows it.

begin;
set local search_path = tap, pg_catalog;
select plan(9);

select table_owner_is('monitoring', 'position_statuses', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'position_statuses', 'status', 'each status is there once');
select results_eq(
    'select status, is_open from monitoring.position_statuses order by is_open desc, status',
    $$
        values
            ('active', true), ('entry_placed', true), ('pending_cancels', true), ('pending_close', true), ('pending_entry', true),
            ('pending_rollback', true), ('pending_sl', true),
            ('canceled', false), ('closed', false), ('failed', false), ('rolled_back', false)
    $$,
    'seven are open, four terminal'
);
select is_empty(
    $$ select status from monitoring.position_statuses where (meaning ~ '\w') is not true $$,
    'each says what it means'
);

-- A row of each status, open and over, in a slot of its own; then another one in the same slot.

create function pg_temp.outcome(status text, symbol text, position_side text, closed_at timestamptz)
returns text
language plpgsql
as $$
begin
    insert into monitoring.positions (
        exchange, symbol, side, position_side, quantity, entry_price, status, stop_loss_price, closed_at
    ) values (
        'binance', outcome.symbol, case outcome.position_side when 'short' then 'short' else 'long' end, outcome.position_side,
        1, 1, outcome.status, 1, outcome.closed_at
    );
    return 'taken';
exception
    when others then
        return sqlstate;
end
$$;

create temporary table trial as
select
    s.status,
    s.is_open,
    p.position_side,
    pg_temp.outcome(s.status, upper(s.status), p.position_side, null) as without_end,
    pg_temp.outcome(s.status, upper(s.status), p.position_side, now()) as with_end,
    pg_temp.outcome(s.status, upper(s.status), p.position_side, case when not s.is_open then now() end) as again
from monitoring.position_statuses as s
cross join (values ('both'), ('long'), ('short')) as p (position_side)
-- The row in one-way mode would take the place of the others.
where p.position_side = 'both';
insert into trial
select
    s.status,
    s.is_open,
    p.position_side,
    pg_temp.outcome(s.status, 'HEDGE' || upper(s.status), p.position_side, null),
    pg_temp.outcome(s.status, 'HEDGE' || upper(s.status), p.position_side, now()),
    pg_temp.outcome(s.status, 'HEDGE' || upper(s.status), p.position_side, case when not s.is_open then now() end)
from monitoring.position_statuses as s
cross join (values ('long'), ('short')) as p (position_side);

select is(count(*), 33::bigint, 'eleven statuses, three position sides') from trial;
select is_empty(
    $$ select * from trial where (without_end = 'taken') <> is_open or without_end not in ('taken', '23514') $$,
    'the CHECK takes a row without closed_at exactly in an open status'
);
select is_empty(
    $$ select * from trial where (with_end = 'taken') = is_open or with_end not in ('taken', '23514') $$,
    'and one with closed_at exactly in a terminal status'
);
select is_empty(
    $$ select * from trial where (again = '23505') <> is_open or again not in ('taken', '23505') $$,
    'an index refuses a second one exactly while the first is open'
);
select set_eq(
    'select status, position_side from tradelatch.open_positions',
    'select status, position_side from trial where is_open',
    'the view has those that are open'
);

select * from finish();
rollback;
