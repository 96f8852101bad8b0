-- Verify tradelatch:tables/lock_sightings on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.lock_sightings', 'table');

select pg_temp.assert_columns(
    'monitoring.lock_sightings',
    'exchange monitoring.exchange',
    'account monitoring.account',
    'symbol monitoring.symbol',
    'pid integer',
    'transaction text',
    'first_seen_at timestamp with time zone'
);

rollback;
