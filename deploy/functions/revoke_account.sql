-- Deploy tradelatch:functions/revoke_account to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.revoke_account(role name, exchange text default null, account text default null)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    v_role text := monitoring.check_text('role', revoke_account.role::text, 63);
    v_exchange text := case when revoke_account.exchange is not null then monitoring.canonical_exchange(revoke_account.exchange) end;
    v_account text := monitoring.check_name('account', revoke_account.account, 64, true);
    v_revoked integer;
begin
    perform monitoring.keep_durable();
    delete from monitoring.account_grants as g
    where g.role_name = v_role
        and (v_exchange is null or g.exchange = v_exchange)
        and (v_account is null or g.account = v_account);
    get diagnostics v_revoked = row_count;

    if exists (
        select
        from monitoring.account_grants as g
        where g.role_name = v_role
            and (g.exchange is null or v_exchange is null or g.exchange = v_exchange)
            and (g.account is null or v_account is null or g.account = v_account)
    ) then
        perform monitoring.refuse_argument('role', 'has a wider grant, which covers this: revoke that one', v_role);
    end if;
    return v_revoked;
end
$$;

comment on function tradelatch.revoke_account(name, text, text) is
$$Takes back what grant_account gave; for operators. Accounts stay apart: when no grant is left, no bot may use any account.
role: the login or role, which need not exist any more. exchange, account: null is all of them.
Outcomes: none; it returns how many grants were taken back. What the login has as a member of another role stays.
Errors: 22023, also where a wider grant of the same role covers what is to be revoked; 55P03; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.revoke_account(name, text, text) from public;
grant execute on function tradelatch.revoke_account(name, text, text) to tradelatch_operator;

commit;
