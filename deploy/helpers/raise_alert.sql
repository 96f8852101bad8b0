-- Deploy tradelatch:helpers/raise_alert to pg
-- The only place that notifies. NOTIFY makes commits wait for one another, so no ordinary move may come here, and one that does
-- goes on whatever becomes of the notification: the row is the alert.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.raise_alert(
    alert text,
    severity text,
    position_id bigint,
    exchange text,
    account text,
    symbol text,
    position_side text,
    detail jsonb
)
returns void
language plpgsql
volatile
as $$
begin
    insert into monitoring.alerts (alert, severity, position_id, exchange, account, symbol, position_side, detail)
    values (
        raise_alert.alert, raise_alert.severity, raise_alert.position_id, raise_alert.exchange, raise_alert.account,
        raise_alert.symbol, raise_alert.position_side, jsonb_strip_nulls(raise_alert.detail)
    );

    -- A queue that is full fails whoever notifies, at its commit, and commits that notify wait for one another: for a lock on
    -- "database 0" that a commit keeps while it waits for a slow standby. Any login can bring about both. A reader who is not
    -- woken looks by itself, seconds later. No payload: a reader who believed one would believe anybody's.
    if pg_notification_queue_usage() < 0.5
        and not exists (
            select
            from pg_locks as l
            where l.locktype = 'object' and l.classid = 'pg_database'::regclass and l.objid = 0
        )
    then
        notify tradelatch_alert;
    end if;
end
$$;

comment on function monitoring.raise_alert(text, text, bigint, text, text, text, text, jsonb) is
'Tells a person: writes monitoring.alerts, and wakes its readers by NOTIFY tradelatch_alert, without a payload; not while the queue is half full, nor while another commit notifies. For what is not ordinary: NOTIFY serialises commits.';

revoke all on function monitoring.raise_alert(text, text, bigint, text, text, text, text, jsonb) from public;

commit;
