-- Deploy tradelatch:indexes/position_events_attempt to pg
-- requires: tables/position_events

begin;

set local role tradelatch_owner;

create index position_events_attempt
on monitoring.position_events ((details ->> 'attempt'))
where event in ('create_position', 'adopt_position', 'begin_close', 'update_stop_loss', 'resize_position')
and details ->> 'attempt' is not null;

comment on index monitoring.position_events_attempt is
'Which call an attempt was. In the events that are named here the key attempt is the function''s own, in others it may be the caller''s.';

commit;
