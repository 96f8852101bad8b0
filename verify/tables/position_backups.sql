-- Verify tradelatch:tables/position_backups on pg

begin;

\ir ../assert.psql

select pg_temp.assert_relation('monitoring.position_backups', 'table');

select pg_temp.assert_columns(
    'monitoring.position_backups',
    'backup_id uuid',
    'position_id bigint',
    'made_at timestamp with time zone',
    'made_by text',
    'reason text',
    'position jsonb',
    'events jsonb',
    'user_name text',
    'application_name text',
    'restored_at timestamp with time zone',
    'restored_in xid8'
);

select pg_temp.assert_trigger(
    'position_backups_refuse_removal',
    on_table => 'monitoring.position_backups',
    fires => 'BEFORE DELETE OR TRUNCATE',
    for_each => 'STATEMENT',
    calls => 'monitoring.refuse_removal()'
);

select pg_temp.assert_index(
    'monitoring.position_backups_position',
    on_table => 'monitoring.position_backups',
    definition => '(position_id)'
);

rollback;
