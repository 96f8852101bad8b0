-- Deploy tradelatch:helpers/may_use to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.may_use(exchange text, account text)
returns boolean
language plpgsql
stable
as $$
begin
    return pg_has_role(session_user, 'tradelatch_operator', 'member') or monitoring.is_granted(may_use.exchange, may_use.account);
end
$$;

comment on function monitoring.may_use(text, text) is
'Whether the session''s login may move positions of that account, once accounts are apart: an operator, or whoever was granted it.';

revoke all on function monitoring.may_use(text, text) from public;

commit;
