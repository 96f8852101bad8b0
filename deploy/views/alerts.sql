-- Deploy tradelatch:views/alerts to pg

begin;

set local role tradelatch_owner;

create view tradelatch.alerts as
select
    a.id as alert_id,
    a.at,
    a.alert,
    a.severity,
    a.position_id,
    a.exchange,
    a.account,
    a.symbol,
    a.position_side,
    a.detail,
    a.user_name,
    a.application_name,
    a.xid
from monitoring.alerts as a;

comment on view tradelatch.alerts is
'What a person was told through NOTIFY tradelatch_alert; the columns are explained at monitoring.alerts. Read it from an xid on, and go on from pg_snapshot_xmin(pg_current_snapshot()) of the same query: none is missed.';

grant select on tradelatch.alerts to tradelatch_reader;

commit;
