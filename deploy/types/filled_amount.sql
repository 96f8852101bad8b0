-- Deploy tradelatch:types/filled_amount to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.filled_amount as numeric check (value = 0 or monitoring.is_amount(value));

comment on domain monitoring.filled_amount is
'What is filled or open so far: 0, or an amount.';

revoke usage on type monitoring.filled_amount from public;

commit;
