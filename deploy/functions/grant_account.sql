-- Deploy tradelatch:functions/grant_account to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.grant_account(role name, exchange text default null, account text default null)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_role text := monitoring.check_text('role', grant_account.role::text, 63);
    v_exchange text := case when grant_account.exchange is not null then monitoring.canonical_exchange(grant_account.exchange) end;
    v_account text := monitoring.check_name('account', grant_account.account, 64, true);
    v_granted integer;
begin
    if not exists (select from pg_roles as r where r.rolname = v_role) then
        perform monitoring.refuse_argument('role', 'is not a role of this server', v_role);
    end if;

    perform monitoring.keep_durable();
    lock table monitoring.account_grants in share row exclusive mode;
    if not monitoring.accounts_are_apart() then
        perform monitoring.keep_accounts_apart();
    end if;

    insert into monitoring.account_grants (role_name, exchange, account)
    values (v_role, v_exchange, v_account)
    on conflict do nothing;
    get diagnostics v_granted = row_count;
    return v_granted;
end
$$;

comment on function tradelatch.grant_account(name, text, text) is
$$Lets a login, or every login that is a member of a role, use accounts; for operators. Before the first grant every bot may use every account;
from then on each has those that it was granted: another one is 42501, and its rows are not shown. Operators are not limited; watchers see all.
role: a login or a role. exchange, account: null is all of them; grant_account('tradelatch_bot') gives every bot every account.
Outcomes: none; it returns how many grants were made: 0 where this one stands.
Errors: 22023; 55P03 somebody reads the views for longer than 2 s, try again; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.grant_account(name, text, text) from public;
grant execute on function tradelatch.grant_account(name, text, text) to tradelatch_operator;

commit;
