-- How many fences were given.

begin;
set local search_path = tap, pg_catalog;
select plan(2);

select has_sequence('monitoring', 'position_fence', 'it is there');
select is(
    (select ((s.seqmax << 20) + 1048575) from pg_sequence as s where s.seqrelid = 'monitoring.position_fence'::regclass),
    9223372036854775807,
    'its last number and the random bits are the last bigint'
);

select * from finish();
rollback;
