-- Deploy tradelatch:indexes/idx_unique_position_attempt to pg
-- requires: tables/positions

begin;

set local role tradelatch_owner;

create unique index idx_unique_position_attempt
on monitoring.positions (attempt)
where attempt is not null;

comment on index monitoring.idx_unique_position_attempt is 'A call that is repeated finds what it made, also when that is over.';

commit;
