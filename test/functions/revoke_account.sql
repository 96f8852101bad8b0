-- The way back. What a bot may not do then is in test/database/test_accounts.py.

begin;
\ir setup.psql
select plan(18);

select declared_as_move(
    'revoke_account', 'role name, exchange text = null, account text = null', 'integer', 'tradelatch_operator'
);

select is(tradelatch.revoke_account('tradelatch_bot'), 0, 'nothing was granted');
select tradelatch.grant_account('tradelatch_bot', 'binance', 'a'), tradelatch.grant_account('tradelatch_bot', 'binance', 'b');
select is(tradelatch.revoke_account('tradelatch_bot', 'Binance', 'a'), 1, 'one of two');
select is(tradelatch.revoke_account('tradelatch_bot', 'binance', 'a'), 0, 'again');
select is(tradelatch.revoke_account('tradelatch_bot', account => 'b'), 1, 'of every exchange');
select is(monitoring.accounts_are_apart(), true, 'when none is left, accounts are still apart');

select tradelatch.grant_account('tradelatch_bot', 'binance'), tradelatch.grant_account('tradelatch_bot', 'binance', 'a');
select throws_ok(
    $$ select tradelatch.revoke_account('tradelatch_bot', 'binance', 'a') $$, '22023', null, 'what a wider grant covers cannot be revoked'
);
select is(
    (select count(*) from tradelatch.account_grants), 2::bigint, 'and nothing of it is'
);
select is(tradelatch.revoke_account('tradelatch_bot'), 2, 'all of a role');

select * from finish();
rollback;
