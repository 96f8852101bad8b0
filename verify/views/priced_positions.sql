-- Verify tradelatch:views/priced_positions on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.priced_positions', 'view');

select pg_temp.assert_columns(
    'monitoring.priced_positions',
    'mark_price numeric',
    'mark_profit numeric',
    'marked_at timestamp with time zone'
);

rollback;
