-- A call that is repeated finds what it made.

begin;
\ir setup.psql
select plan(11);

select is_unique_index('idx_unique_position_attempt', 'attempt');

select is(conflict($$ put('A', attempt => '11111111-1111-4111-8111-111111111111') $$), 'taken', 'an attempt');
select is(
    conflict($$ put('B', exchange => 'bybit', account => 'second', attempt => '11111111-1111-4111-8111-111111111111') $$),
    'idx_unique_position_attempt',
    'makes one position, wherever'
);
select is(conflict($$ put('B', attempt => '22222222-2222-4222-8222-222222222222') $$), 'taken', 'another one, another');
select is(conflict($$ put('C') $$), 'taken', 'no attempt');
select is(conflict($$ put('D') $$), 'taken', 'is none that was there before');
update monitoring.positions set status = 'canceled' where symbol = 'A';
select is(
    conflict($$ put('A', attempt => '11111111-1111-4111-8111-111111111111') $$),
    'idx_unique_position_attempt',
    'nor when it is over'
);

call fill(2000);
analyze monitoring.positions;
select is(
    reads($$ select id from monitoring.positions where attempt = '11111111-1111-4111-8111-111111111111' $$),
    array['idx_unique_position_attempt'],
    'it finds the position of an attempt'
);

select * from finish();
rollback;
