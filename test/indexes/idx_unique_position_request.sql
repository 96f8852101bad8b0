-- One position for each exchange, account and request, for ever.

begin;
\ir setup.psql
select plan(13);

select is_unique_index('idx_unique_position_request', 'request_id, exchange, account');

select is(conflict($$ put('A', request_id => 'signal:1') $$), 'taken', 'a request');
select is(conflict($$ put('B', request_id => 'signal:1') $$), 'idx_unique_position_request', 'opens one position, whatever the symbol');
select is(conflict($$ put('B', request_id => 'signal:2') $$), 'taken', 'another one, another');
select is(conflict($$ put('C') $$), 'taken', 'no request');
select is(conflict($$ put('D') $$), 'taken', 'is none that is there already');
select is(conflict($$ put('A', request_id => 'signal:1', exchange => 'bybit') $$), 'taken', 'another exchange has its own');
select is(conflict($$ put('A', request_id => 'signal:1', account => 'second') $$), 'taken', 'another account, too');
update monitoring.positions set status = 'canceled' where request_id = 'signal:1';
select is(conflict($$ put('A', request_id => 'signal:1') $$), 'idx_unique_position_request', 'nor when it is over');

call fill(2000);
analyze monitoring.positions;
select is(
    reads($$
        select id from monitoring.positions where request_id = 'old:77' and exchange = 'binance' and account = 'default'
    $$),
    array['idx_unique_position_request'],
    'it finds the position of a request'
);

select * from finish();
rollback;
