-- Deploy tradelatch:helpers/entry_order to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.entry_order(origin text, order_key text, exchange_order_id text)
returns text
language sql
immutable
parallel safe
return case origin when 'created' then order_key || 'e1' else 'id:' || exchange_order_id end;

comment on function monitoring.entry_order(text, text, text) is
'Name of the entry order of a position: its client order id, or id: and the exchange''s id where create_position did not make it; null where that is not known.';

revoke all on function monitoring.entry_order(text, text, text) from public;

commit;
