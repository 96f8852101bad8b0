-- Verify tradelatch:helpers/seen on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.seen(monitoring.evidence)',
    returns => 'jsonb',
    volatility => 'stable'
);

select pg_temp.assert_equal(
    'side of monitoring.seen(a long position)',
    monitoring.seen(
        jsonb_populate_record(null::monitoring.evidence, '{"side": "long", "first_seen_at": "2026-01-01"}')
    ) ->> 'side',
    'long'
);

rollback;
