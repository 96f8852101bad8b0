-- Deploy tradelatch:tables/findings_turn to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.findings_turn (
    is_only boolean primary key default true check (is_only),
    stale_after interval not null default '5 minutes',
    taken_at timestamptz
);

insert into monitoring.findings_turn default values;

comment on table monitoring.findings_turn is
'One row. Whoever runs record_findings writes it, so they run one after the other. Nobody else can lock it; an advisory lock any login could take, and silence every alert.';
comment on column monitoring.findings_turn.stale_after is
'How long a position may stay unfinished before it is overdue; tradelatch.set_stale_after changes it.';
comment on column monitoring.findings_turn.taken_at is 'When record_findings ran last.';

commit;
