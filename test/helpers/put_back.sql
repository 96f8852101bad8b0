-- What a position was earlier, under a new fence.

begin;
\ir setup.psql
select plan(33);

select is_internal('monitoring.put_back(monitoring.positions, monitoring.positions, uuid)', 'volatile');

-- Rows as no function would leave them, so that every column is told from every other one.

insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, stop_loss_percent, origin, request_id, attempt, signal_id, details, status,
    filled_quantity, average_price, open_quantity, exchange_order_id, exit_reason, exit_price, realized_pnl, fees,
    stop_loss_price, stop_loss_order_id, stop_loss_attempt, stop_loss_orders, close_attempt, close_orders, close_quantity,
    orders_withheld, taken_over, drive_attempt, entry_judged_after, lease_until, opened_at, activated_at
)
select
    'binance', s.symbol, 'long', 10, 100, 2, 'created', s.symbol, gen_random_uuid(), 7, '{"note": "x"}', s.status,
    9, 101, 8, 'entry-' || s.symbol, 'before', 102, 3, 4,
    95, 'stop', 5, array['id:stop'], 6, array['id:close'], 7,
    true, true, gen_random_uuid(), s.judged, now() + interval '1 hour', now() - interval '3 hours', now() - interval '2 hours'
from (values
    ('ACTIVE', 'active', null::timestamptz),
    ('ENTRY', 'pending_entry', null),
    ('JUDGED', 'pending_entry', now() - interval '1 day'),
    ('ROLLBACK', 'pending_rollback', now() - interval '1 day')
) as s (symbol, status, judged);
insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, origin, filled_quantity, open_quantity)
values ('binance', 'ADOPTED', 'long', 10, 100, 'pending_sl', 'adopted', 10, 10);
create table before as
select p.*, 0::bigint as events_before from monitoring.positions as p;

update monitoring.positions
set
    status = 'closed', open_quantity = 0, exit_reason = 'after', exit_price = 1, realized_pnl = 1, fees = 1,
    orders_withheld = false,
    taken_over = false, stop_loss_order_id = null, stop_loss_orders = '{}', close_orders = '{}', close_quantity = null,
    details = '{}',
    average_price = 1, stop_loss_price = 1, opened_at = now(), activated_at = now(),
    move = 'release_position', move_details = '{}'
where symbol <> 'ADOPTED';

create function put_back(symbol text)
returns text
language plpgsql
as $$
declare
    v_position monitoring.positions := (
        select p
        from before as b
        inner join monitoring.positions as p on p.id = b.id
        where b.symbol = put_back.symbol
    );
    v_earlier monitoring.positions;
begin
    if v_position.origin <> 'adopted' then
        v_earlier := jsonb_populate_record(
            null::monitoring.positions, (select to_jsonb(b) from before as b where b.id = v_position.id)
        );
    end if;
    perform monitoring.put_back(v_position, v_earlier, '11111111-1111-4111-8111-111111111111');
    return 'done';
exception
    when others then
        return sqlstate;
end
$$;
create function state(symbol text)
returns text
language sql
volatile
return (
    select format('%s %s', p.status, count(e))
    from monitoring.positions as p
    left join monitoring.position_events as e on e.position_id = p.id
    where p.symbol = state.symbol
    group by p.status
);

select is(put_back(b.symbol), 'TL002', 'outside of a restore: ' || b.symbol) from before as b;
select is(state('ACTIVE'), 'closed 2', 'nothing has changed');

insert into monitoring.position_backups (backup_id, position_id, made_by, reason, events, restored_at, restored_in)
select '11111111-1111-4111-8111-111111111111', b.id, 'test', 'test', '[]', now(), pg_current_xact_id()
from before as b;
create table fences as
select max(p.fence) as highest from monitoring.positions as p;
select is(put_back(b.symbol), 'done', 'inside of one: ' || b.symbol) from before as b;
select is(
    to_jsonb(p) - array['fence', 'lease_until', 'updated_at', 'drive_attempt', 'entry_judged_after'],
    to_jsonb(b) - array['fence', 'lease_until', 'updated_at', 'drive_attempt', 'entry_judged_after', 'events_before'],
    b.symbol || ' is what it was'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
where b.origin <> 'adopted';
select ok(
    p.fence > f.highest and p.drive_attempt is null and p.lease_until between now() and clock_timestamp(),
    b.symbol || ': under a fence above every one before, which is nobody''s, and a lease that is over'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
cross join fences as f
where b.origin <> 'adopted';
select is(
    (e.event, e.from_status, e.to_status, e.fence, e.details)::text,
    ('restore_backup', 'closed', b.status, p.fence, '{"backup_id": "11111111-1111-4111-8111-111111111111"}'::jsonb)::text,
    b.symbol || ': the log has it, after all that came before'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
cross join lateral (
    select x.*
    from monitoring.position_events as x
    where x.position_id = b.id
    order by x.id desc
    limit 1
) as e
where b.origin <> 'adopted';

-- Whoever had the entry to send may do so until the lease that it had: it is judged after that and the grace time.

select is(p.entry_judged_after, v.judged_after, v.what)
from (values
    ('ENTRY', now() + interval '1 hour 5 seconds', 'an entry that may still be sent'),
    ('JUDGED', now() - interval '1 day', 'one that was claimed is judged when it was to be'),
    ('ROLLBACK', now() - interval '1 day', 'any other is as it was'),
    ('ACTIVE', null, 'or is not')
) as v (symbol, judged_after, what)
inner join monitoring.positions as p on p.symbol = v.symbol;

-- A position that was nothing is over.

select is(
    (p.status, p.open_quantity, p.exit_reason, p.closed_at between now() and clock_timestamp(), p.fence)::text,
    ('closed', 0, 'its adoption was taken back', true, b.fence)::text,
    'one that was adopted is closed'
)
from before as b
inner join monitoring.positions as p on p.id = b.id
where b.origin = 'adopted';
select is(state('ADOPTED'), 'closed 2', 'and that is logged');

-- Its slot was taken by somebody who takes no lock: nobody sees 23505.

update monitoring.positions set status = 'closed', move = 'release_position', move_details = '{}' where symbol = 'ACTIVE';
insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, origin)
values ('binance', 'ACTIVE', 'short', 10, 100, 'pending_entry', 'adopted');
select is(put_back('ACTIVE'), '40001', 'the slot is taken');

select * from finish();
rollback;
