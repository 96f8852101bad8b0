-- Deploy tradelatch:views/findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.findings as
select
    h.id as finding_id,
    h.check_name,
    h.severity,
    h.position_id,
    h.exchange,
    h.account,
    h.symbol,
    h.position_side,
    h.status,
    h.detail,
    h.action,
    h.opened_at,
    h.alerted_at,
    h.cleared_at
from monitoring.health_findings as h
where h.exchange is null or monitoring.is_shown(h.exchange, h.account);

comment on view tradelatch.findings is
'What record_findings saw, from when to when: one row for each finding.';
comment on column tradelatch.findings.finding_id is 'Number of the finding.';
comment on column tradelatch.findings.status is 'Of its position, as it was last seen.';
comment on column tradelatch.findings.detail is 'As it was last seen; see tradelatch.finding.';
comment on column tradelatch.findings.action is 'What to do next.';
comment on column tradelatch.findings.opened_at is 'When a run of record_findings saw it first.';
comment on column tradelatch.findings.cleared_at is 'When a run saw it no more; null while it stands.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.findings', 'monitoring.health_findings', 'tradelatch.finding', 'monitoring.positions');

grant select on tradelatch.findings to tradelatch_reader;

commit;
