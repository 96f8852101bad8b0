-- How many positions one call changes.

begin;
\ir setup.psql
select plan(4);

select is_internal('monitoring.bulk_limit()', 'immutable');
select is(monitoring.bulk_limit(), 1000, 'a thousand, as the contract says of bulk functions');

select * from finish();
rollback;
