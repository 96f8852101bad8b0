-- Deploy tradelatch:types/origin to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.origin as text check (value in ('created', 'adopted', 'inserted', 'legacy'));

comment on domain monitoring.origin is
'created by create_position, adopted by adopt_position, inserted by hand, or legacy: there before tradelatch.';

revoke usage on type monitoring.origin from public;

commit;
