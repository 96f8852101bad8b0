-- Revert tradelatch:helpers/make_receipt from pg

begin;

drop function monitoring.make_receipt;

commit;
