-- Deploy tradelatch:tables/refusals to pg
-- A bot that asks again and again for a slot that is taken would fill the log with rows, and the pager with alerts. So
-- one event and one alert tell of the first of them, and of the first of each hour; here stands how many there were.

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.refusals (
    event_id bigint primary key,
    position_id bigint not null,
    first_at timestamptz not null default clock_timestamp(),
    last_at timestamptz not null default clock_timestamp(),
    refused bigint not null default 1
);

create index refusals_position_id on monitoring.refusals (position_id, first_at);

comment on table monitoring.refusals is
'How often a position''s slot or request was refused to somebody else: a row for each event duplicate_prevented, of at most an hour.';
comment on column monitoring.refusals.event_id is 'The event duplicate_prevented that tells of the first one.';
comment on column monitoring.refusals.position_id is 'Whose slot or request it is.';
comment on column monitoring.refusals.first_at is 'When the first one was refused.';
comment on column monitoring.refusals.last_at is 'When the latest one was.';
comment on column monitoring.refusals.refused is 'How many there were.';

commit;
