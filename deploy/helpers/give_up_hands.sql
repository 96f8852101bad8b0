-- Deploy tradelatch:helpers/give_up_hands to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.give_up_hands(orders_in_hand jsonb, until timestamptz)
returns jsonb
language plpgsql
immutable
as $$
begin
    if give_up_hands.orders_in_hand is null then
        return null;
    end if;
    return (
        select jsonb_object_agg(
            h.name,
            case
                when (h.hand ->> 'driver')::boolean
                    then jsonb_build_object('until', greatest((h.hand ->> 'until')::timestamptz, give_up_hands.until))
                else h.hand
            end
        )
        from jsonb_each(give_up_hands.orders_in_hand) as h (name, hand)
    );
end
$$;

comment on function monitoring.give_up_hands(jsonb, timestamptz) is
'orders_in_hand of a position whose fence is no longer the current one: what was in its hand stays so until then.';

revoke all on function monitoring.give_up_hands(jsonb, timestamptz) from public;

commit;
