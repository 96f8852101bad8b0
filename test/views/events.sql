-- The log of all positions.

begin;
\ir setup.psql
select plan(12);

select is_read_only('events');
select is(
    columns_of('events'),
    array[
        'event_id bigint', 'at timestamp with time zone', 'event text', 'from_status text', 'to_status text', 'position_id bigint',
        'exchange text', 'account text', 'symbol text', 'position_side text', 'created_at timestamp with time zone', 'fence bigint',
        'details jsonb', 'user_name text', 'application_name text'
    ],
    'its columns are settled'
);
select position_id as position, fence
from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333)
\gset
select outcome from tradelatch.cancel_position(:position, :fence, 'x')
\gset
select results_eq(
    'select v.symbol collate "default", v.event, v.to_status from tradelatch.events as v order by v.event_id',
    $$ values ('APTUSDT', 'create_position', 'pending_entry'), ('APTUSDT', 'cancel_position', 'canceled') $$,
    'it names the slot'
);

select * from finish();
rollback;
