-- What a person was told long ago leaves the database; what he was told lately never does.

begin;
\ir setup.psql
select plan(24);

select declared('archive_alerts', 'older_than interval = ''365 days'', max_alerts int = 10000', 'SETOF tradelatch.alerts', 'tradelatch_operator');

insert into monitoring.alerts (alert, severity, exchange, account, symbol, detail, at)
select 'no_stop_loss', 'critical', 'binance', 'default', a.symbol, '{}', clock_timestamp() - a.age
from (
    values ('OLD', interval '400 days'), ('OLDER', interval '500 days'), ('YOUNG', interval '8 days'), ('NEW', interval '6 days 23 hours')
) as a (symbol, age);

create function archived(older_than interval, max_alerts integer default 10000)
returns text
language sql
volatile
as $$
    select string_agg(a.symbol, ' ' order by a.alert_id)
    from tradelatch.archive_alerts(archived.older_than, archived.max_alerts) as a
$$;

select throws_ok('delete from monitoring.alerts', 'TL002', null, 'nobody deletes one');

-- Whatever the plan is: after an autovacuum of an empty table it was a nested loop that looked anew, with its limit, for each row.
set local enable_hashjoin = off;
set local enable_mergejoin = off;
set local enable_hashagg = off;
set local enable_sort = off;
set local enable_material = off;
select is(archived('365 days', 1), 'OLD', 'so many as were asked for');
select is(archived('365 days'), 'OLDER', 'then the next');
select is(archived('365 days'), null, 'until nothing is left');
select is(archived('7 days'), 'YOUNG', 'a week is the shortest');
select is((select string_agg(v.symbol, ' ') from tradelatch.alerts as v), 'NEW', 'the rest stays');
select results_eq(
    'select positions, events, alerts, findings from monitoring.event_archives order by id',
    'values (0::bigint, 0::bigint, 1::bigint, 0::bigint), (0, 0, 1, 0), (0, 0, 1, 0)',
    'each batch is on record, and nothing else'
);

select throws_ok(format('select * from tradelatch.archive_alerts(%s)', a.arguments), '22023', null, a.arguments || ' is refused')
from (
    values ('null'), ('interval ''6 days 23 hours'''), ('''-1 year'''), ('interval ''101 years'''), ('interval ''100000 years'''),
    ('max_alerts => 0'), ('max_alerts => null')
) as a (arguments);

-- This transaction archived: the rule of each alert holds even so.

select throws_ok('delete from monitoring.alerts', 'TL002', null, 'not even in the transaction of an archive goes what is new');
select throws_ok('update monitoring.alerts set severity = ''info''', 'TL002', null, 'or is anything rewritten');
select throws_ok('truncate monitoring.alerts', 'TL002', null, 'or truncated');
select is((select count(*) from tradelatch.alerts), 1::bigint, 'it is there');

select * from finish();
rollback;
