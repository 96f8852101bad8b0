-- Deploy tradelatch:helpers/check_fence to pg
-- requires: helpers/refuse_argument
-- requires: tables/positions

begin;

set local role tradelatch_owner;

create function monitoring.check_fence(book_row monitoring.positions, fence bigint)
returns void
language plpgsql
immutable
as $$
begin
    if check_fence.fence is null then
        perform monitoring.refuse_argument('fence', 'must not be null');
    elsif check_fence.fence <> book_row.fence then
        raise exception using
            errcode = 'TL003',
            message = format('fence %s of position %s is not the current one: somebody else drives it', check_fence.fence, book_row.id),
            detail = json_build_object(
                'position_id', book_row.id, 'fence', check_fence.fence, 'status', book_row.status
            )::text;
    end if;
end
$$;

comment on function monitoring.check_fence(monitoring.positions, bigint) is 'Raises TL003 unless the fence is the current one, 22023 for null.';

revoke all on function monitoring.check_fence(monitoring.positions, bigint) from public;

commit;
