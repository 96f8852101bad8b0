-- Deploy tradelatch:helpers/conflicting_positions to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called in FROM (no SET clause, one SELECT, stable), so that it sees what the calling statement sees.
-- Each branch repeats the predicate of its index: a look-up that asks it another way reads the whole history.
create function monitoring.conflicting_positions(exchange text, account text, symbol text, position_side text)
returns table (position_id bigint, position_side text, exchange_order_id text)
language sql
stable
as $$
    select p.id::bigint, p.position_side::text, p.exchange_order_id::text
    from monitoring.positions as p
    where p.closed_at is null and p.position_side in ('both', 'long')
        and p.symbol = conflicting_positions.symbol
        and p.exchange = conflicting_positions.exchange
        and p.account = conflicting_positions.account
        and conflicting_positions.position_side in ('both', 'long')
    union all
    select p.id::bigint, p.position_side::text, p.exchange_order_id::text
    from monitoring.positions as p
    where p.closed_at is null and p.position_side in ('both', 'short')
        and p.symbol = conflicting_positions.symbol
        and p.exchange = conflicting_positions.exchange
        and p.account = conflicting_positions.account
        and conflicting_positions.position_side in ('both', 'short')
$$;

comment on function monitoring.conflicting_positions(text, text, text, text) is
'Open positions that exclude another one of this slot: of the same position side, or of the other mode. A both row may come twice.';

revoke all on function monitoring.conflicting_positions(text, text, text, text) from public;

commit;
