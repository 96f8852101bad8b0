-- Deploy tradelatch:types/position_side to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.position_side as text collate "C" check (value in ('both', 'long', 'short'));

comment on domain monitoring.position_side is
'both in one-way mode; long or short in hedge mode.';

revoke usage on type monitoring.position_side from public;

commit;
