-- Deploy tradelatch:types/account to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.account as text collate "C" check (monitoring.is_name(value, 64) and value !~ '^ | $');

comment on domain monitoring.account is
'One exchange account, 1 to 64 characters.';

revoke usage on type monitoring.account from public;

commit;
