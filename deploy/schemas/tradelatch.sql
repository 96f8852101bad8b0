-- Deploy tradelatch:schemas/tradelatch to pg

\ir ../settings.psql

begin;

create schema tradelatch authorization tradelatch_owner;

comment on schema tradelatch is 'tradelatch: what bots, readers and operators may call and read, and nothing else.';

grant usage on schema tradelatch to tradelatch_reader;

commit;
