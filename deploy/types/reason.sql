-- Deploy tradelatch:types/reason to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.reason as text check (monitoring.is_plain_text(value, 1000));

comment on domain monitoring.reason is
'Why a position was ended, 1 to 1000 characters.';

revoke usage on type monitoring.reason from public;

commit;
