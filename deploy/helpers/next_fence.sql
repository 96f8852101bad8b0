-- Deploy tradelatch:helpers/next_fence to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. The random bits are those of a random UUID, whose hash is an integer; random() would do whatever
-- the session's setseed says.
create function monitoring.next_fence()
returns bigint
language sql
volatile
return (nextval('monitoring.position_fence') << 20) + (uuid_hash(gen_random_uuid()) & 1048575);

comment on function monitoring.next_fence() is
'A fence above every one that was given before. Its low 20 bits are random, so that nobody guesses the next one.';

revoke all on function monitoring.next_fence() from public;

commit;
