-- Revert tradelatch:helpers/hand_over from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.hand_over;

commit;
