-- Verify tradelatch:adoption/preflight on pg
-- What it looks for, later changes have made true by now: constraints/coherence and the unique indexes.

begin;
rollback;
