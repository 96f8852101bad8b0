-- Verify tradelatch:tables/position_statuses on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.position_statuses', 'table');

select
    pg_temp.assert_equal(
        case when w.is_open then 'open' else 'terminal' end || ' ones of monitoring.position_statuses',
        (
            select array_agg(s.status order by s.status)
            from monitoring.position_statuses as s
            where s.is_open = w.is_open
        ),
        w.statuses
    )
from (
    values
    (
        true,
        array['active', 'entry_placed', 'pending_cancels', 'pending_close', 'pending_entry', 'pending_rollback', 'pending_sl']
    ),
    (false, array['canceled', 'closed', 'failed', 'rolled_back'])
) as w (is_open, statuses);

rollback;
