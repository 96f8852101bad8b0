-- Deploy tradelatch:types/request to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.request as text collate "C" check (monitoring.is_plain_text(value, 200));

comment on domain monitoring.request is
'The reason to open a position, 1 to 200 characters.';

revoke usage on type monitoring.request from public;

commit;
