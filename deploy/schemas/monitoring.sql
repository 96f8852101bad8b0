-- Deploy tradelatch:schemas/monitoring to pg
-- requires: roles/all

begin;

create schema monitoring authorization tradelatch_owner;

comment on schema monitoring is 'tradelatch: the book itself, and the parts that its functions are made of. Read and changed through the schema tradelatch alone.';

commit;
