-- What a person was told.

begin;
\ir setup.psql
select plan(12);

select is_read_only('alerts');
select is(
    columns_of('alerts'),
    array[
        'alert_id bigint', 'at timestamp with time zone', 'alert text', 'severity text', 'position_id bigint', 'exchange text',
        'account text', 'symbol text', 'position_side text', 'detail jsonb', 'user_name text', 'application_name text', 'xid xid8'
    ],
    'its columns are settled'
);
select position_id as held from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333)
\gset
select outcome from tradelatch.create_position('binance', 'APTUSDT', 'short', 61, 3.2295)
\gset
select results_eq(
    'select v.alert, v.severity, v.position_id, v.symbol collate "default", v.detail ->> ''quantity'' from tradelatch.alerts as v',
    format('values (''duplicate_prevented'', ''info'', %s::bigint, ''APTUSDT'', ''61'')', :held),
    'a prevented duplicate is one'
);

select * from finish();
rollback;
