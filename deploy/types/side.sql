-- Deploy tradelatch:types/side to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.side as text check (value in ('long', 'short'));

comment on domain monitoring.side is
'Which way a position goes.';

revoke usage on type monitoring.side from public;

commit;
