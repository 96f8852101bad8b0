-- Verify tradelatch:tables/position_transitions on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.position_transitions', 'table');

-- Nothing leads out of a terminal status, and every status is reached but the first.
select
    pg_temp.assert(
        s.is_open or t.to_status = t.from_status,
        format('monitoring.position_transitions: %s leads from %s to %s', t.move, t.from_status, t.to_status)
    )
from monitoring.position_transitions as t
inner join monitoring.position_statuses as s on s.status = t.from_status;

select pg_temp.assert_equal(
    'statuses that monitoring.position_transitions leads to from another',
    (
        select array_agg(distinct t.to_status order by t.to_status)
        from monitoring.position_transitions as t
        where t.from_status <> t.to_status
    ),
    (
        select array_agg(s.status order by s.status)
        from monitoring.position_statuses as s
        where s.status <> 'pending_entry'
    )
);

select
    pg_temp.assert(
        count(*) > 60,
        format('monitoring.position_transitions has %s rows; expected more than 60', count(*))
    )
from monitoring.position_transitions;

rollback;
