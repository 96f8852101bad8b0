-- Verify tradelatch:helpers/note_locks on pg

begin;

\ir ../assert.psql

select pg_temp.assert_function(
    'monitoring.note_locks()',
    returns => 'void',
    volatility => 'volatile'
);

rollback;
