-- Deploy tradelatch:tables/position_fence to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- 43 bits: a fence is a bigint, and has 20 random ones below them.
create sequence monitoring.position_fence as bigint maxvalue 8796093022207;

comment on sequence monitoring.position_fence is
'Counts the fences that were given, see monitoring.next_fence: none is given twice, and none fits another position.';

commit;
