-- Deploy tradelatch:functions/normalize_symbol to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_quote constant text := '(USDT|USDC|FDUSD|BUSD|TUSD|USDE|USD1|USD|EUR)';
    v_part text[];
begin
    -- BINANCE:APTUSDT.P, as charts have it: an exchange goes, a pair does not (BTCUSD:BTC).
    v_part := regexp_match(v_symbol, '^([A-Z]+):([A-Z0-9]+' || v_quote || E'(?:\\.P|PERP)?)$');
    if v_part[1] !~ (v_quote || '$') then
        v_symbol := v_part[2];
    end if;

    -- APTUSDT-PERP.BINANCE: what kind of contract it is tells an exchange from the rest of a name.
    v_symbol := regexp_replace(v_symbol, E'(-PERP|-LINEAR|-INVERSE|-SWAP)\\.[A-Z_]+$', E'\\1');

    -- A perpetual contract is the ordinary one of its pair. BTCPERP has no quote that is known, and PERPUSDT no end of that kind.
    v_part := regexp_match(v_symbol, '^([A-Z0-9]+)[-_/]?' || v_quote || E'(-PERP|_PERP|PERP|\\.P|-SWAP|-LINEAR|-INVERSE)$');
    if v_part is not null then
        return v_part[1] || v_part[2]
            -- of these names a contract in USD is settled in its base
            || case when v_part[2] = 'USD' and v_part[3] in ('_PERP', '-SWAP', '-INVERSE') then ':' || v_part[1] else '' end;
    end if;

    -- APT-USDT and APT_USDT, dated or not
    v_symbol := regexp_replace(v_symbol, '^([A-Z0-9]+)[-_]' || v_quote || '([-_][0-9]{6,8})?$', E'\\1\\2\\3');

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
$$The canonical spelling of a symbol: upper case, without a separator, without a settle currency that is the quote, and without what says
that a contract is perpetual, after a quote that is known (USDT, USDC, USD, ...).
APT/USDT:USDT, APT/USDT, APT-USDT, APT_USDT, APTUSDT.P, BINANCE:APTUSDT.P, APTUSDTPERP, APTUSDT-PERP.BINANCE, APTUSDT-LINEAR.BYBIT, APT-USDT-SWAP
and ' aptusdt ' are APTUSDT; BTCPERP and PERPUSDT stay; BTC/USDT:USDT-261225 and BTCUSDT_261225 are BTCUSDT-261225; BTC/USD:BTC, BTCUSD_PERP and
BTCUSD-INVERSE.BYBIT are BTCUSD:BTC, settled in the base.
Applied to its own result it changes nothing.
Errors: 22023.$$;

revoke all on function tradelatch.normalize_symbol(text) from public;
grant execute on function tradelatch.normalize_symbol(text) to tradelatch_reader;

commit;
