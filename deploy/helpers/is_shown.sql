-- Deploy tradelatch:helpers/is_shown to pg
-- Inlined wherever it is used.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_shown(exchange text, account text)
returns boolean
language sql
stable
return not monitoring.accounts_are_apart() or current_user = 'tradelatch_owner' or monitoring.may_see(exchange, account);

comment on function monitoring.is_shown(text, text) is
'Whether a view shows a row of that account: to the functions, which run as its owner, it shows all, and they say themselves what their caller may see.';

revoke all on function monitoring.is_shown(text, text) from public;
grant execute on function monitoring.is_shown(text, text) to tradelatch_reader;

commit;
