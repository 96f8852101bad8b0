-- What was cleared long ago leaves the database; what stands never does.

begin;
\ir setup.psql
select plan(23);

select declared('archive_findings', 'older_than interval = ''365 days'', max_findings int = 10000', 'SETOF tradelatch.findings', 'tradelatch_operator');

insert into monitoring.health_findings (check_name, severity, exchange, account, symbol, detail, action, opened_at, cleared_at)
select 'orphaned_exchange', 'critical', 'binance', 'default', f.symbol, '{}', 'look', '2020-01-01', clock_timestamp() - f.cleared
from (
    values
    ('OLD', interval '400 days'), ('OLDER', interval '500 days'), ('YOUNG', interval '8 days'), ('NEW', interval '6 days 23 hours'),
    ('STANDS', null)
) as f (symbol, cleared);

create function archived(older_than interval, max_findings integer default 10000)
returns text
language sql
volatile
as $$
    select string_agg(a.symbol, ' ' order by a.finding_id)
    from tradelatch.archive_findings(archived.older_than, archived.max_findings) as a
$$;

select throws_ok('delete from monitoring.health_findings', 'TL002', null, 'nobody deletes one');

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
select is((select string_agg(v.symbol, ' ' order by v.symbol) from tradelatch.findings as v), 'NEW STANDS', 'what stands stays, however old');
select results_eq(
    'select positions, events, alerts, findings from monitoring.event_archives order by id',
    'values (0::bigint, 0::bigint, 0::bigint, 1::bigint), (0, 0, 0, 1), (0, 0, 0, 1)',
    'each batch is on record, and nothing else'
);

select throws_ok(format('select * from tradelatch.archive_findings(%s)', a.arguments), '22023', null, a.arguments || ' is refused')
from (
    values ('null'), ('interval ''6 days 23 hours'''), ('''-1 year'''), ('interval ''101 years'''), ('max_findings => 0'),
    ('max_findings => null')
) as a (arguments);

-- This transaction archived: the rule of each finding holds even so.

select throws_ok(
    'delete from monitoring.health_findings where symbol = ''STANDS''', 'TL002', null,
    'not even in the transaction of an archive goes what stands'
);
select throws_ok(
    'delete from monitoring.health_findings where symbol = ''NEW''', 'TL002', null, 'or what was cleared lately'
);
select throws_ok('truncate monitoring.health_findings', 'TL002', null, 'or is anything truncated');
select is((select count(*) from tradelatch.findings), 2::bigint, 'both are there');

select * from finish();
rollback;
