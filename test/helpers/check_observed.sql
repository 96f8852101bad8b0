-- When a request to the exchange began.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.check_observed(timestamptz)', 'volatile');
select is(monitoring.check_observed('2026-01-01Z'), '2026-01-01Z', 'a time that is over');
select is(monitoring.check_observed(clock_timestamp()) <= clock_timestamp(), true, 'this moment, later than the transaction began');
select is(answer(format('monitoring.check_observed(%L)', v.value)), '22023 observed_at', 'refuses ' || coalesce(v.value, 'null'))
from (values (null), ('infinity'), ('-infinity'), ((clock_timestamp() + interval '1 minute')::text)) as v (value);

select * from finish();
rollback;
