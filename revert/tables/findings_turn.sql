-- Revert tradelatch:tables/findings_turn from pg

\ir ../../deploy/settings.psql

begin;

drop table monitoring.findings_turn;

commit;
