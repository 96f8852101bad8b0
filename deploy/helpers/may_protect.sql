-- Deploy tradelatch:helpers/may_protect to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.may_protect(book_row monitoring.positions, stop_loss_price numeric)
returns boolean
language sql
immutable
return case book_row.side
    when 'long' then stop_loss_price < coalesce(book_row.average_price, book_row.entry_price)
    else stop_loss_price > coalesce(book_row.average_price, book_row.entry_price)
end
or book_row.activated_at is not null
or book_row.taken_over
or book_row.origin <> 'created';

comment on function monitoring.may_protect(monitoring.positions, numeric) is
'Whether a stop-loss may stand at this price. One on the winning side of the fill would trigger at once; after the first activation it may follow the price into the profit, and where it stands in a position that was adopted or taken over is a person''s decision.';

revoke all on function monitoring.may_protect(monitoring.positions, numeric) from public;

commit;
