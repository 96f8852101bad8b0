-- Verify tradelatch:types/finding on pg

begin;

\ir ../assert.psql

select pg_temp.assert_type(
    'tradelatch.finding',
    usable_by => array['tradelatch_reader'],
    columns => array[
        'check_name text',
        'severity text',
        'position_id bigint',
        'exchange text',
        'account text',
        'symbol text',
        'position_side text',
        'status text',
        'age interval',
        'detail jsonb',
        'action text'
    ]
);

rollback;
