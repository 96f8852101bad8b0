-- Deploy tradelatch:types/finding to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create type tradelatch.finding as (
    check_name text collate "C",
    severity text,
    position_id bigint,
    exchange text collate "C",
    account text collate "C",
    symbol text collate "C",
    position_side text collate "C",
    status text,
    age interval,
    detail jsonb,
    action text
);

comment on type tradelatch.finding is 'Something in the book, or between the book and the exchange, that is not as it should be.';
comment on column tradelatch.finding.check_name is
'duplicate, incomplete, pending_rollback, pending_close, pending_cancels, no_stop_loss, orphaned_db, orphaned_exchange, orphaned_order, quantity_mismatch, side_mismatch, mode_mismatch, symbol_mismatch, stop_mismatch, snapshot_suspect, slot_locked, clock_went_back or history_changed; the status itself of a position that is past due in any other one.';
comment on column tradelatch.finding.severity is
'critical: a person must look now. warning: it is due. info: it may settle by itself, or the evidence for it is not complete yet.';
comment on column tradelatch.finding.position_id is 'Null where no row of the book is concerned.';
comment on column tradelatch.finding.exchange is 'Null where the whole database is concerned; so is account.';
comment on column tradelatch.finding.age is 'For how long it has been so.';
comment on column tradelatch.finding.detail is
'What is known: seen (what the exchange showed, since when, and whether that is proven), to_status (where cleanup would move the row), orders_left (of a position that is over, or active, beside its stop-loss), and what else the check looked at.';
comment on column tradelatch.finding.action is 'What to do next, in a word: tradelatch diagnose says it as commands to paste, with the names and numbers that they take. After reconcile with apply or adopt, what was done.';

grant usage on type tradelatch.finding to tradelatch_reader;
revoke usage on type tradelatch.finding from public;

commit;
