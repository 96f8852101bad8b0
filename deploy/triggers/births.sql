-- Deploy tradelatch:triggers/births to pg
-- The first event of a position is written from its row, so that a row put in by hand has one too.

\ir ../settings.psql

begin;

\ir ../owner.psql

\ir ../adoption/lock.psql

create function monitoring.log_birth()
returns trigger
language plpgsql -- a SET of its own would cost as much as what it does: every name is qualified instead
as $$
begin
    -- Recorded as an id of another symbol since the caller looked: it has to look again, and finds the slot of that symbol.
    if monitoring.is_alias(new.exchange, new.symbol) then
        raise exception using
            errcode = '40001',
            message = pg_catalog.format('%s has just become an id of another symbol: try again', new.symbol);
    end if;

    insert into monitoring.position_events (position_id, at, event, to_status, fence, details)
    values (
        new.id,
        new.created_at,
        case new.origin when 'created' then 'create_position' when 'adopted' then 'adopt_position' else 'insert' end,
        new.status,
        new.fence,
        new.details operator(pg_catalog.||) pg_catalog.jsonb_build_object(
            'side', new.side,
            'quantity', new.quantity,
            'entry_price', new.entry_price,
            'stop_loss_percent', new.stop_loss_percent,
            'stop_loss_price', new.stop_loss_price,
            'request_id', new.request_id,
            'attempt', new.attempt,
            'signal_id', new.signal
        )
    );
    return null;
end
$$;

comment on function monitoring.log_birth() is 'Writes the event create_position, adopt_position or insert. 40001 where the symbol is an alias of another one.';

revoke all on function monitoring.log_birth() from public;

create trigger positions_births
after insert on monitoring.positions
for each row execute function monitoring.log_birth();

commit;
