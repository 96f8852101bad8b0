-- Deploy tradelatch:helpers/open_rows to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.open_rows(exchange text, account text)
returns monitoring.positions[]
language plpgsql
stable
as $$
begin
    return array(
        -- Each branch implies the predicate of one of the slot's indexes.
        select p
        from monitoring.positions as p
        where p.closed_at is null
            and p.position_side in ('both', 'long')
            and p.exchange = open_rows.exchange
            and p.account = open_rows.account
        union all
        select p
        from monitoring.positions as p
        where p.closed_at is null
            and p.position_side = 'short'
            and p.exchange = open_rows.exchange
            and p.account = open_rows.account
    );
end
$$;

comment on function monitoring.open_rows(text, text) is 'The rows of the open positions of an account; names are canonical.';

revoke all on function monitoring.open_rows(text, text) from public;

commit;
