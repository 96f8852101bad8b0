-- Deploy tradelatch:views/priced_positions to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

\ir ../adoption/prices.psql
\if :has_prices

-- Older modules write prices into the row, record_marks beside it: a mark makes way for a price that was written after it.
create view monitoring.priced_positions as
select
    p.*,
    p as book_row,
    case
        when m.marked_at is not null then m.price::numeric
        when p.current_price::numeric > 0 and p.current_price::numeric < 'infinity' then p.current_price::numeric
    end as mark_price,
    case
        when m.marked_at is not null then m.unrealized_pnl::numeric
        when abs(p.unrealized_pnl::numeric) < 'infinity' then p.unrealized_pnl::numeric
    end as mark_profit,
    coalesce(m.marked_at, p.priced_at) as marked_at
from monitoring.positions as p
left join monitoring.marks as m
    on m.symbol = p.symbol
        and m.exchange = p.exchange
        and m.account = p.account
        and m.position_side = p.position_side
        and m.position_id = p.id
        and (
            p.priced_at >= m.marked_at and p.current_price::numeric > 0 and p.current_price::numeric < 'infinity'
        ) is not true;

\else

create view monitoring.priced_positions as
select
    p.*,
    p as book_row,
    m.price::numeric as mark_price,
    m.unrealized_pnl::numeric as mark_profit,
    m.marked_at
from monitoring.positions as p
left join monitoring.marks as m
    on m.symbol = p.symbol
        and m.exchange = p.exchange
        and m.account = p.account
        and m.position_side = p.position_side
        and m.position_id = p.id;

\endif

comment on view monitoring.priced_positions is
'The book with what each position was last known to be worth: its mark, or, in a table that was taken over, what an older module wrote into the row since. marked_at is null for a price from before that.';

commit;
