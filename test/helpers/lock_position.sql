-- Look, lock, read again. What it does while somebody else holds the lock is in test/database.

begin;
\ir setup.psql
select plan(16);

select is_internal('monitoring.lock_position(bigint, bigint, boolean)', 'volatile');

select position_id as position, fence from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333) \gset
select position_id as over, fence as over_fence from tradelatch.create_position('binance', 'AVLUSDT', 'long', 43, 0.1358) \gset
select tradelatch.cancel_position(:over, :over_fence, 'rejected');

select is((l.p).id::bigint, :position::bigint, 'the position, to who shows its fence')
from (select monitoring.lock_position(:position, :fence) as p offset 0) as l;
select is((l.p)::text, (select p::text from monitoring.positions as p where p.id = :position), 'all of the row')
from (select monitoring.lock_position(:position, :fence) as p offset 0) as l;
select is((l.p).status, 'canceled', 'also when it is over')
from (select monitoring.lock_position(:over, :over_fence) as p offset 0) as l;
select is((l.p).id::bigint, :position::bigint, 'without a fence where it is optional')
from (select monitoring.lock_position(:position, null, true) as p offset 0) as l;

select is(answer(format('monitoring.lock_position(%s, %s, %s)', v.position, v.fence, v.optional)), v.state, v.what)
from (values
    ('null', '1', 'false', '22023 position_id', 'no position'),
    (:'position', 'null', 'false', '22023 fence', 'no fence'),
    ('-1', '1', 'false', 'TL004', 'a position that is not there'),
    (:'position', '0', 'false', 'TL003', 'another fence'),
    (:'position', (:fence + 100)::text, 'false', 'TL003', 'one that is yet to come'),
    (:'position', :'over_fence', 'true', 'TL003', 'that of another position, also where it is optional')
) as v (position, fence, optional, state, what);

create function refusal(position_id bigint, fence bigint)
returns table (message text, detail jsonb)
language plpgsql
as $$
begin
    perform monitoring.lock_position(refusal.position_id, refusal.fence);
exception
    when sqlstate 'TL003' or sqlstate 'TL004' then
        get stacked diagnostics message = message_text, detail = pg_exception_detail;
        return next;
end
$$;
select ok(r.detail @> jsonb_build_object('position_id', :position, 'fence', 0, 'status', 'pending_entry'), 'DETAIL says where it stands')
from refusal(:position, 0) as r;
select ok(r.detail = '{"position_id": -1}', 'or which is not there')
from refusal(-1, 0) as r;
select is_empty(
    format(
        $$
            select v.symbol
            from (values ('APTUSDT'), ('AVLUSDT')) as v (symbol)
            where not exists (
                select
                from pg_locks as l
                where l.pid = pg_backend_pid()
                    and l.locktype = 'advisory'
                    and ((l.classid::bigint << 32) | l.objid::bigint) = monitoring.slot_key('binance', 'default', v.symbol)
            )
        $$
    ),
    'it holds the lock of the slot'
);

select * from finish();
rollback;
