-- Deploy tradelatch:helpers/check_unmoved to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_unmoved(row_of monitoring.positions, observed_at timestamptz)
returns void
language plpgsql
volatile
as $$
begin
    -- The time of its own last move is never in the future, even where the clock went back since.
    if check_unmoved.observed_at is null or check_unmoved.observed_at = (check_unmoved.row_of).exposure_at then
        return;
    end if;
    if monitoring.check_observed(check_unmoved.observed_at) < (check_unmoved.row_of).exposure_at then
        raise exception using
            errcode = 'TL009',
            message = format(
                'position %s moved at %s, after that was seen: look again',
                (check_unmoved.row_of).id, (check_unmoved.row_of).exposure_at
            ),
            detail = json_build_object(
                'moved_at', (check_unmoved.row_of).exposure_at, 'observed_at', check_unmoved.observed_at
            )::text;
    end if;
end
$$;

comment on function monitoring.check_unmoved(monitoring.positions, timestamptz) is
$$What a caller says of the exposure of this position, by what was so at that time. Null: what he says needs no other time than now.
Errors: 22023 a time in the future; TL009 its exposure moved since.$$;

revoke all on function monitoring.check_unmoved(monitoring.positions, timestamptz) from public;

commit;
