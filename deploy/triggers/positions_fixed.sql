-- Deploy tradelatch:triggers/positions_fixed to pg
-- requires: tables/positions
-- What a position is never changes, and what only rises never falls. The WHEN clause decides without calling the function.

begin;

set local role tradelatch_owner;

create function monitoring.refuse_fixed_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'TL002',
        message = format(
            'position %s: slot, side, ids and what was asked for never change; fence, lease, fill and order attempts never fall', old.id
        ),
        detail = json_build_object(
            'position_id', old.id,
            'changed', (
                select json_agg(b.key order by b.key)
                from jsonb_each(to_jsonb(old)) as b
                inner join jsonb_each(to_jsonb(new)) as a on a.key = b.key and a.value <> b.value
            )
        )::text;
end
$$;

comment on function monitoring.refuse_fixed_change() is 'Raises TL002; DETAIL lists the changed columns.';

revoke all on function monitoring.refuse_fixed_change() from public;

create trigger positions_fixed
before update on monitoring.positions
for each row
when (
    (
        old.id, old.exchange, old.account, old.symbol, old.position_side, old.side, old.quantity, old.entry_price, old.stop_loss_percent,
        old.origin, old.request_id, old.attempt, old.signal_id, old.order_key, old.created_at
    ) is distinct from (
        new.id, new.exchange, new.account, new.symbol, new.position_side, new.side, new.quantity, new.entry_price, new.stop_loss_percent,
        new.origin, new.request_id, new.attempt, new.signal_id, new.order_key, new.created_at
    )
    or new.fence < old.fence
    or (new.fence = old.fence and new.lease_until < old.lease_until)
    or new.filled_quantity < old.filled_quantity
    or new.stop_loss_attempt < old.stop_loss_attempt
    or new.close_attempt < old.close_attempt
    or new.exchange_order_id is distinct from coalesce(old.exchange_order_id, new.exchange_order_id)
)
execute function monitoring.refuse_fixed_change();

commit;
