-- Deploy tradelatch:helpers/may_see to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.may_see(exchange text, account text)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return pg_has_role(session_user, 'tradelatch_watcher', 'member') or monitoring.may_use(may_see.exchange, may_see.account);
end
$$;

comment on function monitoring.may_see(text, text) is
'Whether the session''s login may see that account, once accounts are apart: a watcher, or whoever may use it. Null asks for all of them.';

revoke all on function monitoring.may_see(text, text) from public;
grant execute on function monitoring.may_see(text, text) to tradelatch_reader;

commit;
