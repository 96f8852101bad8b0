-- How long after a lease nobody judges yet.

begin;
\ir setup.psql
select plan(4);

select is_internal('monitoring.grace()', 'immutable');
select is(monitoring.grace(), interval '5 seconds', 'five seconds, as claim_stale has it unless told');

select * from finish();
rollback;
