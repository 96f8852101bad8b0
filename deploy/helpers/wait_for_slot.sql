-- Deploy tradelatch:helpers/wait_for_slot to pg
-- Where monitoring.lock_slot found the slot taken. It is apart from it because a block costs every caller, and an expression that
-- is not needed costs too.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.wait_for_slot(exchange text, account text, symbol text)
returns void
language plpgsql
volatile
as $$
declare
    v_key bigint := monitoring.slot_key(wait_for_slot.exchange, wait_for_slot.account, wait_for_slot.symbol);
    v_holders jsonb;
begin
    perform monitoring.check_account(wait_for_slot.exchange, wait_for_slot.account);
    perform monitoring.keep_durable();
    begin
        perform pg_advisory_xact_lock(v_key);
        return;
    exception
        when lock_not_available then
            null;
    end;

    select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'pid', l.pid,
        'user_name', l.user_name,
        'application_name', l.application_name,
        'since', coalesce(l.since, s.first_seen_at)
    )))
    into v_holders
    from monitoring.advisory_locks as l
    left join monitoring.lock_sightings as s
        on s.exchange = wait_for_slot.exchange
            and s.account = wait_for_slot.account
            and s.symbol = wait_for_slot.symbol
            and s.pid = coalesce(l.pid, 0)
            and (s.transaction = l.transaction or s.transaction like '%/0')
    where l.key = v_key and l.is_holder;

    raise exception using
        errcode = '55P03',
        message = format(
            'the slot of %s was not free in time%s',
            wait_for_slot.symbol,
            monitoring.named_holders(v_holders, 'holds it')
        ),
        detail = json_build_object(
            'exchange', wait_for_slot.exchange,
            'account', wait_for_slot.account,
            'symbol', wait_for_slot.symbol,
            'holders', coalesce(v_holders, '[]')
        )::text;
end
$$;

comment on function monitoring.wait_for_slot(text, text, text) is
'Waits for the transaction-level advisory lock of (exchange, account, symbol). 55P03 after the caller''s lock_timeout; DETAIL names who holds it. A session''s application_name is what it says of itself. 42501 where the caller may not use the account.';

revoke all on function monitoring.wait_for_slot(text, text, text) from public;

commit;
