-- Revert tradelatch:helpers/hand_over from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.hand_over;

commit;
