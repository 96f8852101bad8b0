-- Revert tradelatch:helpers/take_findings_turn from pg

\ir ../../deploy/settings.psql

begin;

drop function monitoring.take_findings_turn;

commit;
