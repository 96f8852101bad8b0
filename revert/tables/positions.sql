-- Revert tradelatch:tables/positions from pg
-- A table that was there before is given back: made anew as it was found, beside this one, while others go on writing prices.
-- Else rows are kept.

\ir ../../deploy/settings.psql

set client_min_messages = warning;

begin;

\ir ../../deploy/join_owner.psql

-- Neither where a revert was interrupted after the table was given back.
select
    count(*) filter (where a.attname = 'signal_id') > 0 as was_there,
    count(*) filter (where a.attname = 'order_key') > 0 as is_ours
from pg_catalog.pg_attribute as a
where a.attrelid = 'monitoring.positions'::regclass and not a.attisdropped
\gset

\if :was_there

\ir ../../deploy/leave_owner.psql

commit;

\if :is_ours

\ir ../adoption/as_found.psql
\ir ../adoption/give_back_rows.psql
\ir ../adoption/give_back_table.psql

\endif

\ir ../adoption/check_references.psql

\else

\ir ../adoption/keep.psql
do $$
begin
    perform pg_temp.keep_rows('true');
end
$$;

drop table monitoring.positions;

\ir ../../deploy/leave_owner.psql

commit;

\endif
