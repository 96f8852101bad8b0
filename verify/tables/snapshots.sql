-- Verify tradelatch:tables/snapshots on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.snapshots', 'table');

select pg_temp.assert_columns(
    'monitoring.snapshots',
    'exchange monitoring.exchange',
    'account monitoring.account',
    'observed_at timestamp with time zone',
    'is_complete boolean',
    'is_suspect boolean',
    'absences integer',
    'max_closes integer'
);

rollback;
