-- TL010, found once a session.

begin;
\ir ../functions/setup.psql
\ir setup.psql
select plan(8);

select is_internal('monitoring.compare_sequences()', 'volatile');
call given_each();
select is(monitoring.compare_sequences(), 'compared', 'in an ordinary life they are in order');
select is(current_setting('tradelatch.sequences'), 'compared', 'which the session notes');
select setval('monitoring.positions_id_seq', 1);
select is(answer('monitoring.compare_sequences()'), 'TL010', 'one that lags is refused');
select is(answer('monitoring.keep_durable()'), 'compared' || 'on', 'a session that compared them does not ask again');
select set_config('tradelatch.sequences', '', false);
select is(answer('monitoring.keep_durable()'), 'TL010', 'another one does');

select * from finish();
rollback;
