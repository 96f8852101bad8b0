-- Revert tradelatch:helpers/may_see_position from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.may_see_position;

commit;
