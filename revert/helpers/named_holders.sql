-- Revert tradelatch:helpers/named_holders from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.named_holders;

commit;
