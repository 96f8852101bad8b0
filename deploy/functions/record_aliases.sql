-- Deploy tradelatch:functions/record_aliases to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.record_aliases(exchange text, aliases jsonb)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_exchange text := monitoring.canonical_exchange(record_aliases.exchange);
    v_item record;
    v_alias text;
    v_said jsonb := jsonb '{}';
    v_problem record;
    v_taken integer;
    v_recorded integer;
begin
    if jsonb_typeof(record_aliases.aliases) is distinct from 'object' then
        perform monitoring.refuse_argument('aliases', 'must be a JSON object');
    elsif (select count(*) from jsonb_object_keys(record_aliases.aliases)) > 10000 then
        perform monitoring.refuse_argument('aliases', 'must have at most 10000 entries');
    end if;
    for v_item in
        select
            a.key,
            a.value
        from jsonb_each(record_aliases.aliases) as a
        order by a.key
    loop
        v_alias := tradelatch.normalize_symbol(monitoring.check_name('aliases', v_item.key, 64));
        if jsonb_typeof(v_item.value) not in ('string', 'null') then
            perform monitoring.refuse_argument('aliases', 'must be symbols, or null', v_item.key);
        elsif v_item.value <> 'null' then
            v_item.value := to_jsonb(tradelatch.normalize_symbol(monitoring.check_name('aliases', v_item.value #>> '{}', 64)));
        end if;
        if v_said ? v_alias and v_said -> v_alias <> v_item.value then
            perform monitoring.refuse_argument('aliases', 'has two entries for one id', v_alias);
        end if;
        v_said := v_said || jsonb_build_object(v_alias, v_item.value);
    end loop;

    -- A list that is told again and again is an ordinary thing, and nobody should wait for it. An empty one makes the constant anew.
    if v_said <> '{}' and not exists (
        select
        from jsonb_each(v_said) as s
        where s.key is distinct from s.value #>> '{}'
            and monitoring.known_aliases() #>> array[v_exchange, s.key] is distinct from s.value #>> '{}'
    ) then
        return 0;
    end if;

    -- A position that was created under the id, before it was known as one, could not be found again. No position is created, and
    -- no other alias recorded, until this is committed; one that waits for that looks again (monitoring.log_birth). A snapshot that
    -- is older than the locks would not show what they waited for.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using
            errcode = '25001',
            message = 'record_aliases must run under READ COMMITTED';
    end if;
    perform monitoring.keep_durable();
    lock table monitoring.symbol_aliases in share row exclusive mode;
    lock table monitoring.positions in share row exclusive mode;

    delete from monitoring.symbol_aliases as a
    using jsonb_each(v_said) as s
    where a.exchange = v_exchange and a.alias = s.key and s.value = 'null';
    get diagnostics v_taken = row_count;

    select
        a.alias,
        a.symbol,
        s.value #>> '{}' as said
    into v_problem
    from monitoring.symbol_aliases as a
    inner join jsonb_each(v_said) as s on s.key = a.alias
    where a.exchange = v_exchange and a.symbol <> s.value #>> '{}'
    order by a.alias
    limit 1;
    if found then
        raise exception using
            errcode = 'TL005',
            message = format('%s is recorded as %s, not as %s', v_problem.alias, v_problem.symbol, v_problem.said),
            detail = json_build_object(
                'exchange', v_exchange, 'alias', v_problem.alias, 'symbol', v_problem.symbol, 'said', v_problem.said
            )::text,
            hint = 'If it is wrong, take it away first: null in place of the symbol.';
    end if;

    -- An id that is spelt as its symbol is none.
    insert into monitoring.symbol_aliases (exchange, alias, symbol)
    select
        v_exchange,
        s.key,
        s.value #>> '{}'
    from jsonb_each(v_said) as s
    where s.value <> 'null' and s.key <> s.value #>> '{}'
    on conflict do nothing;
    get diagnostics v_recorded = row_count;

    select
        a.alias,
        a.symbol,
        b.symbol as leads_to
    into v_problem
    from monitoring.symbol_aliases as a
    inner join monitoring.symbol_aliases as b on b.exchange = a.exchange and b.alias = a.symbol
    where a.exchange = v_exchange
    order by a.alias
    limit 1;
    if found then
        perform monitoring.refuse_argument(
            'aliases', format('must lead to a symbol: %s leads to %s, which is an id of', v_problem.alias, v_problem.symbol),
            v_problem.leads_to
        );
    end if;

    select
        a.alias,
        a.symbol,
        array_agg(distinct o.position_id) as positions,
        array_agg(distinct other.position_id) filter (where other.position_id is not null) as others
    into v_problem
    from monitoring.symbol_aliases as a
    inner join tradelatch.open_positions as o on o.symbol = a.alias and o.exchange = a.exchange
    left join tradelatch.open_positions as other
        on other.symbol = a.symbol and other.exchange = a.exchange and other.account = o.account
    where a.exchange = v_exchange and v_said ? a.alias
    group by a.alias, a.symbol
    order by a.alias
    limit 1;
    if found then
        raise exception using
            errcode = '22023',
            message = format(
                'aliases: %s cannot become %s: position %s is open under the id%s',
                v_problem.alias, v_problem.symbol, array_to_string(v_problem.positions, ', '),
                ', and ' || array_to_string(v_problem.others, ', ') || ' under the symbol'
            ),
            detail = json_build_object(
                'exchange', v_exchange, 'alias', v_problem.alias, 'symbol', v_problem.symbol,
                'positions', v_problem.positions, 'others', coalesce(v_problem.others, '{}')
            )::text,
            hint = 'Close or release what is open under the id, then record it.';
    end if;

    perform monitoring.make_known_aliases();
    return v_taken + v_recorded;
end
$$;

comment on function tradelatch.record_aliases(text, jsonb) is
$$Records an exchange's own ids of its markets, where their spelling alone does not lead to the symbol: every function that takes a symbol
resolves them first. So two spellings of one contract are one slot.
aliases: a JSON object, {"BTCPERP": "BTC/USDC:USDC"}; null takes one away. At most 10000 entries; an id that is spelt as its symbol is passed over.
One that stands is changed only by taking it away first. Take away what is wrong, and nothing else: one contract is two slots then.
Outcomes: none; it returns how many were recorded or taken away.
Errors: 22023, also where a position is open under the id, which would not be found again (DETAIL names it, and what is open under the symbol);
TL005 it stands for another symbol; 25001 above READ COMMITTED; 55P03 something is being opened; 40001.$$;

revoke all on function tradelatch.record_aliases(text, jsonb) from public;
grant execute on function tradelatch.record_aliases(text, jsonb) to tradelatch_operator, tradelatch_feed;

commit;
