-- What was wrong, from when to when.

begin;
\ir setup.psql
select plan(11);

select is_read_only('findings');
select is(
    columns_of('findings'),
    array[
        'finding_id bigint', 'check_name text', 'severity text', 'position_id bigint', 'exchange text', 'account text',
        'symbol text', 'position_side text', 'status text', 'detail jsonb', 'action text', 'opened_at timestamp with time zone',
        'alerted_at timestamp with time zone', 'cleared_at timestamp with time zone'
    ],
    'its columns are settled'
);

select * from finish();
rollback;
