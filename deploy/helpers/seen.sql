-- Deploy tradelatch:helpers/seen to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.seen(evidence monitoring.evidence)
returns jsonb
language sql
stable
return case
    when evidence.first_seen_at is not null then jsonb_build_object(
            'side', evidence.side,
            'quantity', evidence.quantity,
            'average_price', evidence.average_price,
            'first_seen_at', evidence.first_seen_at,
            'last_seen_at', evidence.last_seen_at,
            'is_proven', evidence.is_proven
        )
end;

comment on function monitoring.seen(monitoring.evidence) is
'What the exchange showed, as findings tell it; null where it showed nothing.';

revoke all on function monitoring.seen(monitoring.evidence) from public;

commit;
