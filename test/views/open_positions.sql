-- The positions that hold a slot.

begin;
\ir setup.psql
\ir ../indexes/setup.psql
select plan(14);

select is_read_only('open_positions');
select is(columns_of('open_positions'), columns_of('positions'), 'its columns are those of tradelatch.positions');

insert into monitoring.positions (exchange, symbol, side, position_side, quantity, entry_price, status, stop_loss_price, closed_at)
select 'binance', upper(s.status || p.position_side), case p.position_side when 'short' then 'short' else 'long' end, p.position_side,
    1, 1, s.status, 1, case when not s.is_open then now() end
from monitoring.position_statuses as s
cross join (values ('both'), ('long'), ('short')) as p (position_side);
select results_eq(
    'select * from tradelatch.open_positions order by position_id',
    $$
        select v.*
        from tradelatch.positions as v
        inner join monitoring.position_statuses as s on s.status = v.status
        where s.is_open
        order by v.position_id
    $$,
    'every open position is in it once, in one-way mode and in hedge mode'
);

call fill();
analyze monitoring.positions;
select is(
    -- how the marks are read is for the planner to say: there are as many as open positions
    array_remove(reads('select * from tradelatch.open_positions'), 'marks_pkey'),
    array['idx_unique_active_position', 'idx_unique_active_position_short'],
    'it is read without those that are over'
);
select is(
    reads($$ select * from tradelatch.open_positions where symbol = 'S1' and status <> 'active' $$),
    array['idx_unique_active_position', 'idx_unique_active_position_short', 'marks_pkey'],
    'and so are those of one symbol'
);

select * from finish();
rollback;
