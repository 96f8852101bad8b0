-- Deploy tradelatch:indexes/positions_closed_at to pg
-- requires: tables/positions

begin;

set local role tradelatch_owner;

create index positions_closed_at
on monitoring.positions (closed_at)
where closed_at is not null;

comment on index monitoring.positions_closed_at is 'Which slots became free lately: what the exchange showed before that, or shortly after, proves nothing.';

commit;
