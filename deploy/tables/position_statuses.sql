-- Deploy tradelatch:tables/position_statuses to pg
-- The definition of the open set. The constraints of monitoring.positions are made from it.

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.position_statuses (
    status text primary key,
    is_open boolean not null,
    meaning text not null,
    unique (status, is_open)
);

comment on table monitoring.position_statuses is 'Every status of a position. An open one holds the slot, a terminal one frees it.';

insert into monitoring.position_statuses (status, is_open, meaning) values
('pending_entry', true, 'the intent is committed, the entry order may be on its way'),
('entry_placed', true, 'the exchange took the entry order'),
('pending_sl', true, 'filled, wholly or in part; the stop-loss is not known to be in place'),
('active', true, 'open, and protected by a stop-loss'),
('pending_close', true, 'an exit was decided; the closing order may be on its way'),
('pending_rollback', true, 'the opening is being undone; something may be open on the exchange'),
('pending_cancels', true, 'nothing of it is open any more; orders of it may be left on the exchange'),
('closed', false, 'was open, and nothing is left of it'),
('rolled_back', false, 'the opening was undone, and nothing is left of it'),
('canceled', false, 'the entry is final, and nothing was filled'),
('failed', false, 'it was proven that the entry order was never sent');

commit;
