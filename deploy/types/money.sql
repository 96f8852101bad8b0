-- Deploy tradelatch:types/money to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.money as numeric check (value > -1e30 and value < 1e30);

comment on domain monitoring.money is
'A profit, a loss or a fee: between -1e30 and 1e30, neither NaN nor Infinity.';

revoke usage on type monitoring.money from public;

commit;
