-- Deploy tradelatch:helpers/is_position_shown to pg
-- Inlined wherever it is used.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.is_position_shown(position_id bigint)
returns boolean
language sql
stable
return not monitoring.accounts_are_apart() or current_user = 'tradelatch_owner' or monitoring.may_see_position(position_id);

comment on function monitoring.is_position_shown(bigint) is
'The same by the number of a position.';

revoke all on function monitoring.is_position_shown(bigint) from public;
grant execute on function monitoring.is_position_shown(bigint) to tradelatch_reader;

commit;
