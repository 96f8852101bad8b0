-- Deploy tradelatch:triggers/fixed to pg
-- What a position is never changes. The trigger is of columns that no function sets: a move does not pay for it.

\ir ../settings.psql

begin;

\ir ../owner.psql

\ir ../adoption/lock.psql

create function monitoring.refuse_fixed_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if (
        old.id, old.exchange, old.account, old.symbol, old.position_side, old.side, old.quantity, old.entry_price,
        old.stop_loss_percent, old.origin, old.request_id, old.attempt, old.signal, old.order_key, old.created_at
    ) is distinct from (
        new.id, new.exchange, new.account, new.symbol, new.position_side, new.side, new.quantity, new.entry_price,
        new.stop_loss_percent, new.origin, new.request_id, new.attempt, new.signal, new.order_key, new.created_at
    ) then
        raise exception using
            errcode = 'TL002',
            message = format('position %s: slot, side, ids and what was asked for never change', old.id),
            detail = json_build_object(
                'position_id', old.id,
                'changes', (
                    select json_object_agg(a.key, json_build_array(b.value, a.value) order by a.key)
                    from jsonb_each(to_jsonb(new)) as a
                    inner join jsonb_each(to_jsonb(old)) as b on b.key = a.key and b.value <> a.value
                )
            )::text;
    end if;
    return new;
end
$$;

comment on function monitoring.refuse_fixed_change() is 'Raises TL002 for a change of what a position is; DETAIL has the old and the new values.';

revoke all on function monitoring.refuse_fixed_change() from public;

create trigger positions_fixed
before update of
id, exchange, account, symbol, position_side, side, quantity, entry_price,
stop_loss_percent, origin, request_id, attempt, signal, order_key, created_at
on monitoring.positions
for each row execute function monitoring.refuse_fixed_change();

commit;
