-- Deploy tradelatch:functions/normalize_symbol to pg

\ir ../settings.psql

begin;

set local role tradelatch_owner;

create function tradelatch.normalize_symbol(symbol text)
returns text
language plpgsql
immutable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Collation "C": the result must not depend on the server's locale (i and I in Turkish).
    v_symbol text collate "C" := upper(monitoring.check_name('symbol', normalize_symbol.symbol, 64) collate "C");
    v_part text[];
begin
    -- A dated contract: BTCUSDT_261225 is BTCUSDT-261225.
    v_symbol := regexp_replace(v_symbol, '_([0-9]{6}|[0-9]{8})$', E'-\\1');

    -- base/quote:settle-rest, as ccxt writes it; only the base and the slash tell the quote for certain.
    v_part := regexp_match(v_symbol, '^([^/:[:space:]]+)/([^-/:[:space:]]+)(?::([^-/:[:space:]]+))?(-[^/:[:space:]]+)?$');
    if v_part is not null then
        return v_part[1] || v_part[2]
            || case when v_part[3] <> v_part[2] then ':' || v_part[3] else '' end
            || coalesce(v_part[4], '');
    end if;

    -- pair:settle-rest without the slash
    v_part := regexp_match(v_symbol, '^([^-/:[:space:]]+):([^-/:[:space:]]+)(-[^/:[:space:]]+)?$');
    if v_part is not null then
        return v_part[1]
            || case when right(v_part[1], length(v_part[2])) = v_part[2] and v_part[1] <> v_part[2] then '' else ':' || v_part[2] end
            || coalesce(v_part[3], '');
    end if;

    if v_symbol !~ '^[^/:[:space:]]+$' then
        perform monitoring.refuse_argument('symbol', 'must be a pair such as APTUSDT or APT/USDT:USDT', normalize_symbol.symbol);
    end if;
    return v_symbol;
end
$$;

comment on function tradelatch.normalize_symbol(text) is
$$The canonical spelling of a symbol: upper case, without the slash, without a settle currency that is the quote.
APT/USDT:USDT, APT/USDT and ' aptusdt ' are APTUSDT; BTC/USDT:USDT-261225 and BTCUSDT_261225 are BTCUSDT-261225; BTC/USD:BTC is BTCUSD:BTC.
Applied to its own result it changes nothing.
Errors: 22023.$$;

revoke all on function tradelatch.normalize_symbol(text) from public;
grant execute on function tradelatch.normalize_symbol(text) to tradelatch_reader;

commit;
