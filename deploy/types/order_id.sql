-- Deploy tradelatch:types/order_id to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create domain monitoring.order_id as text collate "C" check (monitoring.is_plain_text(value, 100));

comment on domain monitoring.order_id is
'The exchange''s id of an order, 1 to 100 characters.';

revoke usage on type monitoring.order_id from public;

commit;
