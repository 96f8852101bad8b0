-- Names of our orders.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.client_order_id(text, text, integer)', 'immutable');
select is(monitoring.client_order_id('tl0123456789abcdef012345', v.kind, v.attempt), v.id, v.id)
from (values
    ('entry', 1, 'tl0123456789abcdef012345e1'),
    ('stop_loss', 2, 'tl0123456789abcdef012345s2'),
    ('close', 30, 'tl0123456789abcdef012345c30')
) as v (kind, attempt, id);
select matches(
    monitoring.client_order_id('tl0123456789abcdef012345', 'stop_loss', 9999999), '^[a-z0-9]{32}$',
    'ten million attempts fit into 32 letters and digits, which every exchange takes'
);
select is(monitoring.client_order_id('tl', 'other', 1), null, 'there is no other kind');
select is(
    (
        select count(*)
        from pg_attrdef as d
        inner join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
        where d.adrelid = 'monitoring.positions'::regclass and a.attname = 'order_key'
    ),
    1::bigint,
    'the key of a position comes by itself'
);

select * from finish();
rollback;
