-- Status, end, stop-loss and sides of a row.

begin;
\ir setup.psql
select plan(9);

create function pg_temp.is_coherent(
    status text, closed_at timestamptz, stop_loss_price numeric, side text, position_side text
)
returns boolean
language sql
as $$
    select monitoring.is_coherent(jsonb_populate_record(null::monitoring.positions, jsonb_build_object(
        'status', $1, 'closed_at', $2, 'stop_loss_price', $3, 'side', $4, 'position_side', $5
    )))
$$;

select is_internal('monitoring.is_coherent(anyelement)', 'immutable');
select is_empty(
    $$
        select s.status, c.closed_at
        from monitoring.position_statuses as s
        cross join (values (null::timestamptz), (now())) as c (closed_at)
        where pg_temp.is_coherent(s.status, c.closed_at, 1, 'long', 'both') <> (s.is_open = (c.closed_at is null))
    $$,
    'what is open has no end, what is over has one: as the table of statuses defines it'
);
select is(pg_temp.is_coherent('open', null, 1, 'long', 'both'), false, 'there is no other status');
select is_empty(
    $$
        select s.status
        from monitoring.position_statuses as s
        where s.is_open and pg_temp.is_coherent(s.status, null, null, 'long', 'both') <> (s.status <> 'active')
    $$,
    'only what is active must have a stop-loss'
);
select is_empty(
    $$
        select v.*
        from (values
            ('long', 'both', true), ('short', 'both', true), ('long', 'long', true), ('short', 'short', true),
            ('long', 'short', false), ('short', 'long', false)
        ) as v (side, position_side, is_coherent)
        where pg_temp.is_coherent('pending_entry', null, null, v.side, v.position_side) <> v.is_coherent
    $$,
    'a position side other than both is the side'
);

-- Whoever puts a row in may have any search_path.

create schema shadows;
create function shadows.false(text, text) returns boolean language sql immutable return false;
create operator shadows.= (leftarg = text, rightarg = text, function = shadows.false);
create operator shadows.<> (leftarg = text, rightarg = text, function = shadows.false);
create function under_shadows(variadic arguments text[])
returns boolean
language sql
set search_path = shadows, pg_catalog
return pg_temp.is_coherent(arguments[1], null, null, arguments[2], arguments[3]);
select is(under_shadows('pending_entry', 'long', 'long'), true, 'operators of one''s own do not stand in');
select is(under_shadows('active', 'long', 'both'), false, 'and let nothing pass');

select * from finish();
rollback;
