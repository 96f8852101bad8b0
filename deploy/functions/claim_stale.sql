-- Deploy tradelatch:functions/claim_stale to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

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
    v_position monitoring.positions;
    v_details jsonb;
    v_receipt tradelatch.receipt;
    v_claimed integer := 0;
begin
    if (claim_stale.max_positions between 1 and 1000) is not true then
        perform monitoring.refuse_argument('max_positions', 'must be 1 to 1000', claim_stale.max_positions::text);
    end if;
    if claim_stale.exchange is not null then
        v_exchange := monitoring.canonical_exchange(claim_stale.exchange);
    end if;
    if v_exchange is not null and v_account is not null then
        perform monitoring.check_account(v_exchange, v_account);
    end if;
    perform monitoring.keep_durable();

    -- Nobody waits here: a slot that is locked is being driven, or claimed by the caller beside this one. That is also why
    -- the locks need no order.
    for v_candidate in
        select c.id, c.exchange, c.account, c.symbol
        from (
            -- Each branch implies the predicate of one of the slot's indexes.
            select p.*
            from monitoring.positions as p
            where p.closed_at is null and p.position_side in ('both', 'long')
            union all
            select p.*
            from monitoring.positions as p
            where p.closed_at is null and p.position_side = 'short'
        ) as c
        where c.lease_until + v_grace < v_now
            and c.exchange = coalesce(v_exchange, c.exchange)
            and c.account = coalesce(v_account, c.account)
            and (not monitoring.accounts_are_apart() or monitoring.may_use(c.exchange, c.account))
            and (
                c.status <> 'active'
                or monitoring.is_unguarded(c.orders_arrived, c.orders_in_hand, c.own_orders, c.stop_loss_order)
            )
        order by c.lease_until, c.id
    loop
        exit when v_claimed = claim_stale.max_positions;
        continue when not pg_try_advisory_xact_lock(
            monitoring.slot_key(v_candidate.exchange, v_candidate.account, v_candidate.symbol)
        );

        -- As it is now that the slot is locked; the list is older.
        select p.*
        into v_position
        from monitoring.positions as p
        where p.id = v_candidate.id
            and p.closed_at is null
            and p.lease_until + v_grace < v_now
            and (
                p.status <> 'active'
                or monitoring.is_unguarded(p.orders_arrived, p.orders_in_hand, p.own_orders, p.stop_loss_order)
            )
        for update skip locked;
        continue when not found;

        v_details := jsonb_build_object('lease_ended', v_position.lease_until);
        v_position := monitoring.hand_over(v_position, v_lease, null);
        v_receipt := monitoring.write_move(v_position, 'claim_stale', v_details, 'claimed', true, true);

        v_claimed := v_claimed + 1;
        return next v_receipt;
    end loop;
end
$$;

comment on function tradelatch.claim_stale(interval, interval, integer, text, text) is
$$Takes over unfinished positions whose driver let the lease end: at most max_positions (1 to 1000), the oldest lease first, each once among any
number of callers; an active one only where it has an order beside its stop-loss that the database handed out, or that was its stop-loss. The former driver's fence is worth nothing from then on. exchange and account narrow it down.
lease: how long the caller may send orders. grace: how long after the lease nobody is disturbed; may be 0.
Outcomes: claimed, with the order that is due. A claimed entry is looked up on the exchange by its client order id, never sent.
Errors: 22023; 42501 the account is not granted to the caller.$$;

revoke all on function tradelatch.claim_stale(interval, interval, integer, text, text) from public;
grant execute on function tradelatch.claim_stale(interval, interval, integer, text, text) to tradelatch_bot;

commit;
