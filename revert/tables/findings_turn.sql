-- Revert tradelatch:tables/findings_turn from pg

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

drop table monitoring.findings_turn;

commit;
