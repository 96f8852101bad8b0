-- Deploy tradelatch:helpers/check_observed to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_observed(observed_at timestamptz)
returns timestamptz
language plpgsql
volatile
as $$
begin
    if (check_observed.observed_at <= clock_timestamp() and isfinite(check_observed.observed_at)) is not true then
        perform monitoring.refuse_argument(
            'observed_at',
            'must not be in the future of the database''s clock; it is when the request to the exchange began',
            check_observed.observed_at::text
        );
    end if;
    return check_observed.observed_at;
end
$$;

comment on function monitoring.check_observed(timestamptz) is
'When the request to the exchange began; 22023 where it is null, infinite, or later than now by the database''s clock.';

revoke all on function monitoring.check_observed(timestamptz) from public;

commit;
