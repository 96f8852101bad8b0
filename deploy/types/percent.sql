-- Deploy tradelatch:types/percent to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.percent as numeric check (value > 0 and value < 100);

comment on domain monitoring.percent is
'Above 0 and below 100.';

revoke usage on type monitoring.percent from public;

commit;
