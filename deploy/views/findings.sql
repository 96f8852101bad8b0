-- Deploy tradelatch:views/findings to pg

begin;

set local role tradelatch_owner;

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
from monitoring.health_findings as h;

comment on view tradelatch.findings is
'What record_findings saw, from when to when; cleared_at is null for what stands. The columns are explained at monitoring.health_findings.';

grant select on tradelatch.findings to tradelatch_reader;

commit;
