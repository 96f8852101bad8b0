-- Revert tradelatch:types/account from pg

begin;

drop domain monitoring.account;

commit;
