-- The ids that were recorded.

begin;
\ir setup.psql
select plan(6);

select view_owner_is('tradelatch'::name, 'aliases'::name, 'tradelatch_owner'::name);
select is(
    columns_of('aliases'),
    array['exchange text', 'alias text', 'symbol text', 'recorded_at timestamp with time zone', 'user_name text'],
    'its columns'
);
select says_what_it_is('aliases');
select is(tradelatch.record_aliases('bybit', '{"BTCPERP": "BTC/USDC:USDC"}'), 1, 'recorded');
select is(
    (select concat_ws(' ', a.exchange, a.alias, a.symbol, a.user_name) from tradelatch.aliases as a),
    'bybit BTCPERP BTCUSDC ' || session_user,
    'it shows each'
);

select * from finish();
rollback;
