-- Verify tradelatch:adoption/preflight on pg
-- It changed nothing; what it refused is still not there.

begin;

\ir ../../deploy/check_owner.psql
\ir ../assert.psql
\ir ../../deploy/adoption/surroundings.psql
\ir ../../deploy/adoption/strangers.psql
do $$
begin
    perform pg_temp.refuse_strangers('TL007', 'See docs/deploy.md.');
end
$$;

rollback;
