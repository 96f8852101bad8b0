-- Revert tradelatch:adoption/preflight from pg
-- It changed nothing.

begin;
commit;
