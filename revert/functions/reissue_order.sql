-- Revert tradelatch:functions/reissue_order from pg

\ir ../../deploy/settings.psql

begin;

drop function tradelatch.reissue_order;

commit;
