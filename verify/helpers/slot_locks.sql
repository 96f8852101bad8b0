-- Verify tradelatch:helpers/slot_locks on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.slot_locks()',
    returns => concat(
        'TABLE(exchange text, account text, symbol text, pid integer, user_name text, application_name text, ',
        'is_holder boolean, since timestamp with time zone, transaction text)'
    ),
    volatility => 'stable',
    settings => array['enable_seqscan=off', 'jit=off']
);

rollback;
