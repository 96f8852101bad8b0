-- Positions that are not finished: when they are reported, and just outside of it not.

begin;
\ir ../functions/setup.psql
\ir ../functions/evidence.psql
\ir setup.psql
select plan(147);

select is_internal('monitoring.findings(text, text, text[], interval)', 'stable');

-- Unfinished ones: once lease and grace time have passed, or they are older than stale_after. Without a stop-loss they are critical.

create table unfinished as
select *
from (values
    ('U1USDT', 'pending_entry', 'info incomplete', 'warning incomplete'),
    ('U2USDT', 'entry_placed', 'info incomplete', 'warning incomplete'),
    ('U3USDT', 'pending_sl', 'critical no_stop_loss', 'critical no_stop_loss'),
    ('U4USDT', 'pending_close', 'warning pending_close', 'critical pending_close'),
    ('U5USDT', 'pending_rollback', 'critical pending_rollback', 'critical pending_rollback'),
    ('U6USDT', 'active', null, null),
    ('U7USDT', 'closed', null, null),
    ('U8USDT', 'rolled_back', null, null),
    ('U9USDT', 'canceled', null, null),
    ('U0USDT', 'failed', null, null)
) as u (symbol, status, at_first, when_due);
do $$
declare
    v_unfinished unfinished;
begin
    for v_unfinished in select * from unfinished loop
        call given(v_unfinished.symbol, v_unfinished.status);
    end loop;
end
$$;
create procedure all_lapse(ago interval)
language plpgsql
as $$
declare
    v_symbol text;
begin
    for v_symbol in select u.symbol from unfinished as u loop
        call lapse(v_symbol, all_lapse.ago);
    end loop;
end
$$;
-- What is expected of one: finding, slot, action.
create function expected(finding text, symbol text, status text, action text)
returns text[]
language sql
immutable
return case when finding is not null then array[format('%s %s both %s: %s', finding, symbol, status, action)] end;

select is(diagnosed(u.symbol), null, u.status || ': nothing while its lease lives')
from unfinished as u;
call all_lapse('2 seconds');
select is(diagnosed(u.symbol), null, u.status || ': nothing within the grace time after it')
from unfinished as u;
call all_lapse('6 seconds');
select is(diagnosed(u.symbol), expected(u.at_first, u.symbol, u.status, 'recover'), u.status || ': after lease and grace time')
from unfinished as u;
call later('4 minutes 30 seconds');
select is(diagnosed(u.symbol), expected(u.at_first, u.symbol, u.status, 'recover'), u.status || ': younger than stale_after')
from unfinished as u;
select is(
    diagnosed(u.symbol, stale_after => '4 minutes 30 seconds'),
    expected(u.when_due, u.symbol, u.status, 'recover'),
    u.status || ': a shorter stale_after'
)
from unfinished as u;
call later('30 seconds');
select is(diagnosed(u.symbol), expected(u.when_due, u.symbol, u.status, 'recover'), u.status || ': older than stale_after')
from unfinished as u;
select is(
    diagnosed(u.symbol, stale_after => '1 hour'), expected(u.at_first, u.symbol, u.status, 'recover'), u.status
        || ': a longer one'
)
from unfinished as u;
select is(
    (found(u.symbol, split_part(u.when_due, ' ', 2))).detail,
    jsonb_build_object('lease_until', (book_row(u.symbol)).lease_until)
    || case when u.status in ('pending_sl', 'pending_rollback') then '{"is_unprotected": true}' else '{}' end::jsonb,
    u.status || ': detail says until when it was driven, and whether nothing protects it'
)
from unfinished as u
where u.when_due is not null;
select ok(
    f.age between interval '5 minutes' and interval '5 minutes 30 seconds'
    and (f.exchange, f.account, f.position_id) = ('binance', 'default', id(u.symbol)),
    u.status || ': its age is that of its status'
)
from unfinished as u
cross join lateral found(u.symbol, split_part(u.when_due, ' ', 2)) as f
where u.when_due is not null;

-- Driven: reported when it is old, and nothing to do.
select is(count(r)::integer, 5, 'all of them are claimed') from tradelatch.claim_stale() as r;
select is(
    diagnosed(u.symbol), expected(u.when_due, u.symbol, u.status, 'it is being driven'), u.status || ': old, and driven again'
)
from unfinished as u;
select is(diagnosed(u.symbol, '10 minutes'), null, u.status || ': driven, and not older than stale_after')
from unfinished as u;
call all_lapse('6 seconds');
select is(
    diagnosed(u.symbol, '5 minutes'),
    expected(u.when_due, u.symbol, u.status, 'recover'),
    u.status || ': a change of the driver does not make it younger'
)
from unfinished as u;

-- Why its closing order ended.
select is(
    (tradelatch.reissue_order(id(r.symbol), fence(r.symbol), order_of(r.symbol, 'c1'), reason => r.reason)).outcome,
    'ok', r.symbol || ' was refused'
)
from (values ('U4USDT', 'insufficient margin'), ('U5USDT', 'market is closed')) as r (symbol, reason);
select is(
    (tradelatch.reissue_order(id('U5USDT'), fence('U5USDT'), order_of('U5USDT', 'c2'), reason => 'delisted')).outcome,
    'ok', 'U5USDT was refused again'
);
select is(
    diagnosed(r.symbol),
    array[format(
        'critical %s %s both %s: recover; or look at the exchange, where its closing order ended: %s',
        r.status, r.symbol, r.status, r.reason
    )],
    r.status || ': the latest refusal'
)
from (values ('U4USDT', 'pending_close', 'insufficient margin'), ('U5USDT', 'pending_rollback', 'delisted')) as r (symbol,
    status, reason);
select is((found('U5USDT', 'pending_rollback')).detail ->> 'refusal', 'delisted', 'detail has it, too');

-- Proven empty: cleanup ends them, where nothing of them may be on the exchange, or come there.

create table lonely as
select *
from (values
    ('V1USDT', 'pending_entry', 'warning incomplete V1USDT both pending_entry: cleanup incomplete, to failed'),
    ('V2USDT', 'entry_placed', 'warning incomplete V2USDT both entry_placed: cleanup incomplete, to canceled'),
    ('V3USDT', 'pending_sl', 'warning orphaned_db V3USDT both pending_sl: cleanup orphaned_db, to closed'),
    ('V4USDT', 'pending_close', 'critical pending_close V4USDT both pending_close: cleanup incomplete, to closed'),
    (
        'V5USDT', 'pending_rollback',
        'critical pending_rollback V5USDT both pending_rollback: cleanup incomplete, to rolled_back'
    )
) as l (symbol, status, line);
do $$
declare
    v_lonely lonely;
begin
    for v_lonely in select * from lonely loop
        call put_unfinished(v_lonely.symbol, v_lonely.status);
    end loop;
end
$$;
call given('W3USDT', 'pending_sl');
call arrived('W3USDT', 's1');
call given('W4USDT', 'pending_close');
call arrived('W4USDT', 'c1');
call given('W6USDT', 'pending_cancels');
create table emptied as
select u.symbol || ' long 0' as entry from unfinished as u where u.when_due is not null
union all
select l.symbol || ' long 0' from lonely as l
union all
select unnest('{W3USDT long 0, W4USDT long 0, W6USDT long 0}'::text[]);
call later('1 hour');
select show(array(select e.entry from emptied as e), complete => false);
select is(
    diagnosed(u.symbol),
    (
        select array_agg(x.line order by x.line)
        from (
            select format('info orphaned_db %s both pending_sl: wait for another snapshot', u.symbol) as line
            where u.status = 'pending_sl'
            union all
            select format(
                '%s %s both %s: %s', u.when_due, u.symbol, u.status,
                'recover' || coalesce('; or look at the exchange, where its closing order ended: ' || r.refusal, '')
            )
        ) as x
    ),
    u.status || ': one empty snapshot proves nothing'
)
from unfinished as u
left join (values ('U4USDT', 'insufficient margin'), ('U5USDT', 'delisted')) as r (symbol, refusal) on r.symbol = u.symbol
where u.when_due is not null;
call later('5 seconds');
select show(array(select e.entry from emptied as e), complete => false);
select is(diagnosed(l.symbol), array[l.line], 'two of them do: ' || l.line)
from lonely as l;
-- The absence of a position says nothing of an order.
select is(diagnosed(v.symbol), array[v.line], 'an order may be there, or on its way: ' || v.line)
from (values
    ('U1USDT', 'warning incomplete U1USDT both pending_entry: recover'),
    ('U2USDT', 'warning incomplete U2USDT both entry_placed: recover'),
    ('U3USDT', 'warning orphaned_db U3USDT both pending_sl: recover: an order of it may still be sent'),
    (
        'U4USDT',
        'critical pending_close U4USDT both pending_close: recover; or look at the exchange, where its closing order ended: insufficient margin'
    ),
    (
        'U5USDT',
        'critical pending_rollback U5USDT both pending_rollback: recover; or look at the exchange, where its closing order ended: delisted'
    ),
    ('W3USDT', 'warning orphaned_db W3USDT both pending_sl: cleanup orphaned_db, to pending_cancels'),
    ('W4USDT', 'critical pending_close W4USDT both pending_close: recover'),
    ('W6USDT', 'critical pending_cancels W6USDT both pending_cancels: recover')
) as v (symbol, line);

-- What ended and is there nevertheless was filled at its end.
select show('{"W6USDT long 4"}', complete => false);
call later('5 seconds');
select show('{"W6USDT long 4"}', complete => false);
select is(
    diagnosed('W6USDT'),
    '{
        "critical pending_cancels W6USDT both pending_cancels: recover",
        "warning quantity_mismatch W6USDT both pending_cancels: look at its fills, then resize_position"
    }'::text[],
    'nothing is open in the book, and something on the exchange'
);

-- What is left is named: of what waits for its cancels, and beside the stop-loss of an active one, which is unfinished then.
select is(
    (found('W6USDT', 'pending_cancels')).detail -> 'orders_left', to_jsonb(orders_of('W6USDT', 's1')),
    'the order that a pending_cancels waits for'
);
call given('W7USDT', 'active');
select is((try($$replace_stop_loss(id('W7USDT'), 96)$$)).state, '00000', 'its stop-loss is moved');
select is(
    (try($$activate_position(id('W7USDT'), fence('W7USDT'), 96, order_of('W7USDT', 's2'))$$)).state, '00000', 'to another order'
);
select is(diagnosed('W7USDT'), null, 'the earlier stop-loss is its driver''s to cancel');
call lapse('W7USDT', '6 seconds');
select is(diagnosed('W7USDT'), '{info incomplete W7USDT both active: recover}', 'and recovery''s after lease and grace time');
call later('5 minutes');
select is(diagnosed('W7USDT'), '{warning incomplete W7USDT both active: recover}', 'it is due after five minutes');
select is(
    (found('W7USDT', 'incomplete')).detail -> 'orders_left', to_jsonb(orders_of('W7USDT', 's1')),
    'the order that is left beside its stop-loss'
);

select explained();
select * from finish();
rollback;
