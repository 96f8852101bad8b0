-- Verify tradelatch:types/cleanup_action on pg

begin;

\ir ../assert.psql

select pg_temp.assert_type(
    'tradelatch.cleanup_action',
    usable_by => array['tradelatch_operator'],
    columns => array[
        'backup_id uuid',
        'position_id bigint',
        'action text',
        'from_status text',
        'to_status text',
        'detail jsonb'
    ]
);

rollback;
