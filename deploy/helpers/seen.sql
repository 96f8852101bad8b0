-- Deploy tradelatch:helpers/seen to pg
-- requires: views/evidence

begin;

set local role tradelatch_owner;

-- Inlined wherever it is called.
create function monitoring.seen(
    side text, quantity numeric, average_price numeric, since timestamptz, last timestamptz, is_proven boolean
)
returns jsonb
language sql
stable
return jsonb_build_object(
    'side', side,
    'quantity', quantity,
    'average_price', average_price,
    'first_seen_at', since,
    'last_seen_at', last,
    'is_proven', is_proven
);

comment on function monitoring.seen(text, numeric, numeric, timestamptz, timestamptz, boolean) is
'What the exchange showed, as findings tell it.';

revoke all on function monitoring.seen(text, numeric, numeric, timestamptz, timestamptz, boolean) from public;

commit;
