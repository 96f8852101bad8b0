-- Deploy tradelatch:helpers/named_holders to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.named_holders(holders jsonb, what text)
returns text
language sql
immutable
as $$
    select string_agg(
        format(
            ': user %s, %s, %s',
            h.holder ->> 'user_name',
            case
                when h.holder ? 'pid' then format(
                    'process %s, which calls itself %s', h.holder ->> 'pid', quote_literal(h.holder ->> 'application_name')
                )
                else h.holder ->> 'application_name'
            end,
            named_holders.what
        ), '' order by h.number
    )
    from jsonb_array_elements(named_holders.holders) with ordinality as h (holder, number)
$$;

comment on function monitoring.named_holders(jsonb, text) is
'The end of a refusal with 55P03: who has what somebody waited for, and what they do with it; null where nobody was seen.';

revoke all on function monitoring.named_holders(jsonb, text) from public;

commit;
