-- Revert tradelatch:helpers/is_in_hand from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.is_in_hand;

commit;
