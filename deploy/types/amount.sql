-- Deploy tradelatch:types/amount to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.amount as numeric check (monitoring.is_amount(value));

comment on domain monitoring.amount is
'A quantity or a price: above 0 and below 1e30, neither NaN nor Infinity.';

revoke usage on type monitoring.amount from public;

commit;
