-- Deploy tradelatch:views/evidence to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view monitoring.evidence as
select
    e.*,
    e.is_settled and e.first_seen_at + monitoring.grace() <= e.last_seen_at as is_proven
from (
    select
        s.exchange::text,
        s.account::text,
        s.symbol::text,
        s.position_side::text,
        s.side::text,
        s.quantity::numeric,
        s.average_price::numeric,
        s.stop_loss_price::numeric,
        s.stop_loss_order_id::text,
        s.no_stop_loss_since,
        s.no_stop_loss_until,
        s.first_seen_at,
        s.last_seen_at,
        o.position_id,
        -- What agrees with the book needs no proof.
        (s.side = o.side and s.quantity = o.open_quantity) is true
        or (
            s.first_seen_at >= coalesce(o.exposure_at, '-infinity') + monitoring.grace()
            and not exists (
                select
                from monitoring.positions as c
                where
                    c.closed_at > s.first_seen_at - monitoring.grace()
                    and c.symbol = s.symbol
                    and c.exchange = s.exchange
                    and c.account = s.account
                    and (c.position_side = s.position_side or 'both' in (c.position_side, s.position_side))
            )
        ) as is_settled
    from monitoring.sightings as s
    left join tradelatch.open_positions as o
        on o.symbol = s.symbol
            and o.exchange = s.exchange
            and o.account = s.account
            and o.position_side = s.position_side
    where s.quantity > 0 or o.position_id is not null
) as e;

comment on view monitoring.evidence is
'What the exchanges showed beside the row of the book that holds the slot, if there is one.';
comment on column monitoring.evidence.is_settled is
'The first of the snapshots that showed it was begun a grace time after what is open in the slot last moved, terminal moves included; or it agrees with the book.';
comment on column monitoring.evidence.is_proven is 'It is settled, and was seen in two snapshots at least a grace time apart.';

commit;
