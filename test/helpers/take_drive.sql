-- The caller drives from now on.

begin;
\ir setup.psql
select plan(7);

select is_internal('monitoring.take_drive(monitoring.positions, boolean, interval, uuid)', 'volatile');

create function taken(is_driver boolean, lease_left interval)
returns table (before monitoring.positions, after monitoring.positions)
language plpgsql
as $$
begin
    before := given_row(jsonb_build_object('status', 'pending_sl', 'lease_until', clock_timestamp() + taken.lease_left));
    after := monitoring.take_drive(before, taken.is_driver, '1 minute', '11111111-1111-4111-8111-111111111111');
    return next;
end
$$;

select is(changed(t.before, t.after), '{}', 'whoever drives it goes on under its fence, with a lease that is not shorter')
from taken(true, '1 hour') as t;
select is(
    (changed(t.before, t.after) - 'lease_until', (t.after).lease_until between clock_timestamp() + interval '50 seconds' and clock_timestamp() + interval '1 minute')::text,
    ('{}'::jsonb, true)::text,
    'and not shorter than it asks for'
)
from taken(true, '1 second') as t;
select cmp_ok((t.after).fence, '>', (t.before).fence, 'anybody else is given another') from taken(false, '1 hour') as t;
select is(
    ((t.after).drive_attempt, monitoring.orders_left(t.after))::text,
    ('11111111-1111-4111-8111-111111111111', array['Ks1', 'Ks2'])::text,
    'as at every change of hands'
)
from taken(false, '1 hour') as t;

select * from finish();
rollback;
