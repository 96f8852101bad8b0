-- Revert tradelatch:helpers/give_up_hands from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.give_up_hands;

commit;
