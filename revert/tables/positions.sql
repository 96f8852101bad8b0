-- Revert tradelatch:tables/positions from pg
-- A table that was there before is given back. Else rows are kept.

\ir ../../deploy/settings.psql

begin;

\ir ../../deploy/join_owner.psql

set local client_min_messages = warning;

\ir ../adoption/keep.psql

select pg_catalog.count(*) > 0 as was_there
from pg_catalog.pg_attribute as a
where a.attrelid = 'monitoring.positions'::regclass
    and a.attname = 'signal_id'
    and not a.attisdropped
\gset

\if :was_there

\ir ../adoption/give_back_table.psql

\else

do $$
begin
    perform pg_temp.keep_rows('true');
end
$$;

drop table monitoring.positions;

\endif

\ir ../../deploy/leave_owner.psql

commit;
