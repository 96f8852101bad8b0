-- Deploy tradelatch:helpers/may_see_position to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.may_see_position(position_id bigint)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off -- a plan made while the book was empty must not read the whole history later
as $$
begin
    return (
        select monitoring.may_see(p.exchange, p.account)
        from monitoring.positions as p
        where p.id = may_see_position.position_id
    );
end
$$;

comment on function monitoring.may_see_position(bigint) is
'The same of the account of a position.';

revoke all on function monitoring.may_see_position(bigint) from public;
grant execute on function monitoring.may_see_position(bigint) to tradelatch_reader;

commit;
