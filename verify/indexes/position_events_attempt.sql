-- Verify tradelatch:indexes/position_events_attempt on pg

begin;

\ir ../assert.psql

select pg_temp.assert_index(
    'monitoring.position_events_attempt',
    on_table => 'monitoring.position_events',
    definition => '(((details ->> ''attempt''::text)) COLLATE "C") WHERE %'
);

rollback;
