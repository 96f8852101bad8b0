-- Deploy tradelatch:indexes/idx_unique_position_request to pg
-- requires: tables/positions

begin;

set local role tradelatch_owner;

create unique index idx_unique_position_request
on monitoring.positions (request_id, exchange, account)
where request_id is not null;

comment on index monitoring.idx_unique_position_request is 'One position for each exchange, account and request, for ever.';

commit;
