-- Deploy tradelatch:functions/diagnose to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.diagnose(
    exchange text default null,
    symbol text default null,
    account text default null,
    stale_after interval default '5 minutes'
)
returns setof tradelatch.finding
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_exchange text := case when diagnose.exchange is not null then monitoring.canonical_exchange(diagnose.exchange) end;
    v_account text := monitoring.check_name('account', diagnose.account, 64, true);
begin
    -- Nothing found, of what the caller does not see, is no all-clear.
    if v_exchange is not null and v_account is not null then
        perform monitoring.check_account(v_exchange, v_account, true);
    end if;

    return query
    select f.*
    from monitoring.findings(
        v_exchange,
        v_account,
        monitoring.symbols_of(v_exchange, diagnose.symbol),
        monitoring.check_age('stale_after', diagnose.stale_after)
    ) as f
    -- an exchange's own id is another symbol on the next one
    where (diagnose.symbol is null or f.exchange is null or f.symbol = monitoring.canonical_symbol(f.exchange, diagnose.symbol))
        -- what is wrong with the whole database concerns everybody
        and (not monitoring.accounts_are_apart() or f.exchange is null or monitoring.may_see(f.exchange, f.account));
end
$$;

comment on function tradelatch.diagnose(text, text, text, interval) is
$$What is wrong in the book, and between the book and what reconcile recorded of the exchanges. It reads only, and asks no exchange.
exchange, symbol, account narrow it down. stale_after: how long a position may stay unfinished.
Findings, the critical ones first: duplicate; incomplete (an opening, or an active position with an order beside its stop-loss), no_stop_loss, or
the status of any other position that is not active, once lease and grace time have passed, or it is older than stale_after; orphaned_db,
orphaned_exchange, orphaned_order, quantity_mismatch, side_mismatch, mode_mismatch, symbol_mismatch, stop_mismatch, as info until they are proven; snapshot_suspect; clock_went_back;
slot_locked: the lock of a slot was waited for, or seen held by record_findings, for more than 5 seconds;
history_changed: the database was restored, promoted or copied, and after_restore was not called since. It is of the whole database, whatever is asked for.
Errors: 22023; 42501 the account is not granted to the caller.$$;

revoke all on function tradelatch.diagnose(text, text, text, interval) from public;
grant execute on function tradelatch.diagnose(text, text, text, interval) to tradelatch_reader;

commit;
