-- Deploy tradelatch:helpers/lock_slot to pg
-- What every function that changes something calls first, in a statement of its own: a later statement sees what the holder
-- before left behind, the same one sees what was there before that.

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called: one expression.
create function monitoring.lock_slot(exchange text, account text, symbol text)
returns boolean
language sql
volatile
return case
    when (not monitoring.accounts_are_apart() or monitoring.may_use(exchange, account)) and monitoring.keep_durable() is not null
        then pg_try_advisory_xact_lock(monitoring.slot_key(exchange, account, symbol))
end;

comment on function monitoring.lock_slot(text, text, text) is
'Takes the transaction-level advisory lock of (exchange, account, symbol), if it is free and the caller may use the account, and makes the transaction durable. Unless true, the caller waits: monitoring.wait_for_slot.';

revoke all on function monitoring.lock_slot(text, text, text) from public;

commit;
