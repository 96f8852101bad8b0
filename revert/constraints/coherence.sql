-- Revert tradelatch:constraints/coherence from pg
-- The rows that were changed when the table was taken over stay so until tables/positions gives them back.

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/owner.psql

set local client_min_messages = warning;

\ir ../../deploy/adoption/lock.psql

alter table monitoring.positions
drop constraint if exists positions_coherent_check,
drop constraint if exists positions_times_check;
drop index if exists monitoring.positions_position_id;

commit;
