-- Verify tradelatch:types/reason on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.reason',
    base => 'text',
    takes => 'stop-loss failed',
    refuses => array['', E'a\x1bb', repeat('x', 1001)]
);

rollback;
