-- 22023, the one way to refuse an argument.

begin;
\ir setup.psql
select plan(8);

select is_internal('monitoring.refuse_argument(text, text, text)', 'volatile');
select throws_ok(
    $$ select monitoring.refuse_argument('quantity', 'must be above 0', '-1') $$,
    '22023', 'quantity must be above 0, got "-1"', 'the message names the argument, the problem and the value'
);
select throws_ok(
    $$ select monitoring.refuse_argument('fence', 'must not be null') $$,
    '22023', 'fence must not be null', 'without a value it echoes none'
);
select throws_ok(
    $$ select monitoring.refuse_argument('symbol', 'is too long', repeat('x', 1000)) $$,
    '22023', format('symbol is too long, got "%s"', repeat('x', 64)), 'it echoes 64 characters at most'
);
select throws_ok(
    $$ select monitoring.refuse_argument('reason', 'is odd', E'a\nb\x1b[31m\u0085\u2028\u202e\u2066') $$,
    '22023', 'reason is odd, got "a?b?[31m????"', 'and no control or bidirectional character'
);
select is(answer($$ monitoring.refuse_argument('order "1"', 'is odd') $$), '22023 order "1"', 'DETAIL is JSON, and names the argument');

select * from finish();
rollback;
