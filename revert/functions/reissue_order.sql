-- Revert tradelatch:functions/reissue_order from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function tradelatch.reissue_order;

commit;
