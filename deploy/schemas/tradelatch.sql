-- Deploy tradelatch:schemas/tradelatch to pg

\ir ../settings.psql

begin;

\ir ../join_owner.psql

create schema tradelatch authorization tradelatch_owner;

set local role tradelatch_owner;
\ir ../leave_owner.psql

comment on schema tradelatch is 'tradelatch: what bots, readers and operators may call and read, and nothing else.';

grant usage on schema tradelatch to tradelatch_reader, tradelatch_feed;

commit;
