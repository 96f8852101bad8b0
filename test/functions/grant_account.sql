-- Who may use which accounts. What a bot may not do then is in test/database/test_accounts.py.

begin;
\ir setup.psql
select plan(23);

select declared_as_move(
    'grant_account', 'role name, exchange text = null, account text = null', 'integer', 'tradelatch_operator'
);

select is(monitoring.accounts_are_apart(), false, 'every bot may use every account');
select is(tradelatch.grant_account('tradelatch_bot', ' BinanceUSDM ', 'hedge'), 1, 'the first grant');
select is(monitoring.accounts_are_apart(), true, 'keeps accounts apart');
select is(tradelatch.grant_account('tradelatch_bot', 'binance', 'hedge'), 0, 'the same again');
select is(tradelatch.grant_account('tradelatch_bot', 'binance'), 1, 'a wider one');
select is(
    (
        select string_agg(concat_ws(' ', g.role_name, g.exchange, g.account, g.granted_by = session_user), ', ' order by g.account)
        from tradelatch.account_grants as g
    ),
    'tradelatch_bot binance hedge t, tradelatch_bot binance t',
    'they stand under canonical names'
);
select is(
    (
        select count(*)
        from pg_class as c
        where c.relnamespace = 'tradelatch'::regnamespace
            and c.relname not in ('health', 'backups', 'account_grants', 'aliases')
            and c.relkind = 'v'
            and ('security_barrier=true' = any (c.reloptions)) is not true
    ),
    0::bigint,
    'every view that leaves out rows does so before anything else looks at them'
);

select throws_ok(
    format('select tradelatch.grant_account(%s)', v.arguments), '22023', null, 'refused: ' || v.arguments
)
from (values
    ('null'), (''''''), ('''nobody_at_all'''), ('''tradelatch_bot'', ''''' ), ('''tradelatch_bot'', null, '''''),
    (format('''tradelatch_bot'', null, %L', repeat('a', 65)))
) as v (arguments);

select * from finish();
rollback;
