-- Deploy tradelatch:helpers/keep_accounts_apart to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.keep_accounts_apart()
returns void
language plpgsql
volatile
as $$
begin
    create or replace function monitoring.accounts_are_apart()
    returns boolean
    language sql
    stable
    parallel safe
    return true;

    -- Else a function of the reader's own could see a row before the view leaves it out.
    alter view tradelatch.positions set (security_barrier = true);
    alter view tradelatch.open_positions set (security_barrier = true);
    alter view tradelatch.orders set (security_barrier = true);
    alter view tradelatch.position_timeline set (security_barrier = true);
    alter view tradelatch.events set (security_barrier = true);
    alter view tradelatch.alerts set (security_barrier = true);
    alter view tradelatch.findings set (security_barrier = true);
end
$$;

comment on function monitoring.keep_accounts_apart() is
'From now on every bot has only the accounts that it was granted. There is no way back: whoever revokes the last grant opens nothing.';

revoke all on function monitoring.keep_accounts_apart() from public;

commit;
