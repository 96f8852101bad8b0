-- Deploy tradelatch:helpers/is_granted to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_granted(exchange text, account text)
returns boolean
language plpgsql
stable
as $$
begin
    return exists (
        select
        from monitoring.account_grants as g
        inner join pg_roles as r on r.rolname = g.role_name
        where coalesce(g.exchange, is_granted.exchange) is not distinct from is_granted.exchange
            and coalesce(g.account, is_granted.account) is not distinct from is_granted.account
            and pg_has_role(session_user, r.oid, 'member')
    );
end
$$;

comment on function monitoring.is_granted(text, text) is
'Whether the session''s login, or a role that it is a member of, was granted that account; null asks for all of them.';

revoke all on function monitoring.is_granted(text, text) from public;

commit;
