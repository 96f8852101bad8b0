-- Deploy tradelatch:views/orders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.orders as
select
    p.position_id,
    p.exchange,
    p.account,
    p.symbol,
    p.position_side,
    p.status,
    o.name,
    o.kind,
    o.since,
    o.in_hand_until,
    o.others_until,
    o.is_uncounted
from tradelatch.open_positions as p
inner join monitoring.positions as b on b.id::bigint = p.position_id
cross join lateral monitoring.order_details(b) as o;

comment on view tradelatch.orders is
'One row for each order that is left: not known to have ended on the exchange, or that somebody may still send.';
comment on column tradelatch.orders.position_id is 'Whose order it is.';
comment on column tradelatch.orders.exchange is 'Where it is, or may be.';
comment on column tradelatch.orders.account is 'The exchange account.';
comment on column tradelatch.orders.symbol is 'Canonical, see tradelatch.normalize_symbol.';
comment on column tradelatch.orders.position_side is 'both in one-way mode; in hedge mode long or short.';
comment on column tradelatch.orders.status is 'Of its position.';
comment on column tradelatch.orders.name is 'Client order id, or id: and the exchange''s id; * stands for closing orders that nobody can name.';
comment on column tradelatch.orders.kind is 'entry, stop_loss, close, own (told by confirm_orders), or unnamed.';
comment on column tradelatch.orders.since is 'Since when the book has it: when it was told, or said to stand; else when an order of the position last moved.';
comment on column tradelatch.orders.in_hand_until is
'Until when somebody may still send it, grace time included: of the current fence as long as its lease is not renewed. Null: it arrived.';
comment on column tradelatch.orders.others_until is
'Until when somebody else than its driver may still send it, grace time included: who drove the position before, or told an order without a fence. An exchange that did not know the order before that says nothing. Null: nobody else can.';
comment on column tradelatch.orders.is_uncounted is
'Whether nothing of what it may have filled is in the open quantity. False: the size was said by a look at the exchange since it was handed out, or told.';

grant select on tradelatch.orders to tradelatch_reader;

commit;
