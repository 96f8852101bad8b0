-- Revert tradelatch:helpers/take_findings_turn from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop function monitoring.take_findings_turn;

commit;
