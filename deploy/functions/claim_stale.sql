-- Deploy tradelatch:functions/claim_stale to pg

begin;

set local role tradelatch_owner;

create function tradelatch.claim_stale(
    lease interval default '1 minute',
    grace interval default '5 seconds',
    max_positions integer default 10,
    exchange text default null,
    account text default null
)
returns setof tradelatch.receipt
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
set jit = off -- and a plan that cannot do without one is taken to be expensive, and compiled
as $$
declare
    v_lease interval := monitoring.check_lease(claim_stale.lease);
    v_grace interval := monitoring.check_age('grace', claim_stale.grace);
    v_exchange text;
    v_account text := monitoring.check_name('account', claim_stale.account, 64, true);
    v_now timestamptz := clock_timestamp();
    v_candidate record;
    v_moved record;
    v_claimed integer := 0;
begin
    if (claim_stale.max_positions between 1 and 1000) is not true then
        perform monitoring.refuse_argument('max_positions', 'must be 1 to 1000', claim_stale.max_positions::text);
    end if;
    if claim_stale.exchange is not null then
        v_exchange := monitoring.canonical_exchange(claim_stale.exchange);
    end if;
    perform monitoring.keep_durable();

    -- Nobody waits here: a slot that is locked is being driven, or claimed by the caller beside this one. That is also why
    -- the locks need no order.
    for v_candidate in
        select o.position_id, o.exchange, o.account, o.symbol
        from tradelatch.open_positions as o
        where o.status <> 'active'
            and o.lease_until + v_grace < v_now
            and o.exchange = coalesce(v_exchange, o.exchange)
            and o.account = coalesce(v_account, o.account)
        order by o.lease_until, o.position_id
    loop
        exit when v_claimed = claim_stale.max_positions;
        continue when not pg_try_advisory_xact_lock(
            monitoring.slot_key(v_candidate.exchange, v_candidate.account, v_candidate.symbol)
        );

        -- As it is now that the slot is locked; the list is older.
        perform
        from monitoring.positions as p
        where p.id = v_candidate.position_id
            and p.closed_at is null
            and p.status <> 'active'
            and p.lease_until + v_grace < v_now
        for update skip locked;
        continue when not found;

        update monitoring.positions as p
        set
            fence = monitoring.next_fence(),
            lease_until = clock_timestamp() + v_lease,
            drive_attempt = null,
            entry_judged_after = coalesce(p.entry_judged_after, p.lease_until + v_grace),
            move = 'claim_stale',
            move_details = jsonb_build_object('lease_ended', p.lease_until)
        where p.id = v_candidate.position_id
        returning monitoring.receipt_of(p, 'claimed', true) as receipt into v_moved;

        v_claimed := v_claimed + 1;
        return next v_moved.receipt;
    end loop;
end
$$;

comment on function tradelatch.claim_stale(interval, interval, integer, text, text) is
$$Takes over unfinished positions whose driver let the lease end: at most max_positions (1 to 1000), the oldest lease first, each once among any
number of callers; never active ones. The former driver's fence is worth nothing from then on. exchange and account narrow it down.
lease: how long the caller may send orders. grace: how long after the lease nobody is disturbed; may be 0.
Outcomes: claimed, with the order that is due. A claimed entry is looked up on the exchange by its client order id, never sent.
Errors: 22023.$$;

revoke all on function tradelatch.claim_stale(interval, interval, integer, text, text) from public;
grant execute on function tradelatch.claim_stale(interval, interval, integer, text, text) to tradelatch_bot;

commit;
