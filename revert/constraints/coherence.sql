-- Revert tradelatch:constraints/coherence from pg
-- Rows that were changed when the table was taken over become what they were, as far as nobody changed them since; which side and
-- which slot a position has nobody did.

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

select pg_catalog.to_regclass('monitoring.legacy_rows') is not null as gives_back
\gset

set local client_min_messages = warning;

alter table monitoring.positions drop constraint if exists positions_coherent_check;

\if :gives_back

\ir ../adoption/give_back_rows.psql

\endif

commit;
