-- Which slots became free lately.

begin;
set local client_min_messages = warning;
\ir setup.psql
select plan(5);

select has_index('monitoring', 'positions', 'positions_closed_at', array['symbol', 'closed_at'], 'it is there');
select ok(i.indisvalid and i.indisready and not i.indisunique, 'it is valid, and refuses nothing')
from pg_index as i
where i.indexrelid = 'monitoring.positions_closed_at'::regclass;
select isnt(obj_description('monitoring.positions_closed_at'::regclass, 'pg_class'), null, 'it says what it is for');

call fill();
analyze monitoring.positions;
select is(
    reads($$
        select p.symbol from monitoring.positions as p where p.closed_at > '2999-01-01' and p.symbol = 'S7'
    $$),
    array['positions_closed_at'],
    'what ended lately is found without the rest of the history'
);
select is(c.reltuples::bigint, 20000::bigint, 'what is open is not in it')
from pg_class as c
where c.oid = 'monitoring.positions_closed_at'::regclass;

select * from finish();
rollback;
