-- Deploy tradelatch:helpers/check_covers to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_covers(exchange text, covers text[])
returns text[]
language plpgsql
stable
as $$
declare
    v_symbol text;
begin
    if check_covers.covers is null then
        return null;
    elsif cardinality(check_covers.covers) > 100000 then
        perform monitoring.refuse_argument('covers', 'must have at most 100000 symbols', cardinality(check_covers.covers)::text);
    end if;
    select x.symbol
    into v_symbol
    from unnest(check_covers.covers) as x (symbol)
    where monitoring.is_name(x.symbol, 64) is not true
    limit 1;
    if found then
        perform monitoring.refuse_argument('covers', 'must be names of 1 to 64 characters', v_symbol);
    end if;
    return array(
        select monitoring.canonical_symbol(check_covers.exchange, x.symbol)
        from unnest(check_covers.covers) as x (symbol)
    );
end
$$;

comment on function monitoring.check_covers(text, text[]) is
'The canonical symbols that a snapshot says something of where it shows nothing; null, all of them, for null. 22023 where one has no name.';

revoke all on function monitoring.check_covers(text, text[]) from public;

commit;
