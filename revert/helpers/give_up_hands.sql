-- Revert tradelatch:helpers/give_up_hands from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.give_up_hands;

commit;
