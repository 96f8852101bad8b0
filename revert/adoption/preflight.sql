-- Revert tradelatch:adoption/preflight from pg
-- It changed nothing.

\ir ../../deploy/settings.psql

begin;
commit;
