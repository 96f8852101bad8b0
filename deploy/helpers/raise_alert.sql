-- Deploy tradelatch:helpers/raise_alert to pg
-- The only place that notifies. NOTIFY makes commits wait for one another, so no ordinary move may come here.

\ir ../settings.psql

begin;

set local role tradelatch_owner;

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
declare
    v_alert monitoring.alerts;
begin
    insert into monitoring.alerts as a (alert, severity, position_id, exchange, account, symbol, position_side, detail)
    values (
        raise_alert.alert, raise_alert.severity, raise_alert.position_id, raise_alert.exchange, raise_alert.account,
        raise_alert.symbol, raise_alert.position_side, jsonb_strip_nulls(raise_alert.detail)
    )
    returning a.* into v_alert;

    -- A payload has room for 8000 bytes: the detail stays in the table.
    perform pg_notify(
        'tradelatch_alert',
        json_build_object(
            'alert_id', v_alert.id,
            'at', v_alert.at,
            'alert', v_alert.alert,
            'severity', v_alert.severity,
            'position_id', v_alert.position_id,
            'exchange', v_alert.exchange,
            'account', v_alert.account,
            'symbol', v_alert.symbol,
            'position_side', v_alert.position_side
        )::text
    );
end
$$;

comment on function monitoring.raise_alert(text, text, bigint, text, text, text, text, jsonb) is
'Tells a person: writes monitoring.alerts, and NOTIFY tradelatch_alert with the row as JSON, but for its detail. For what is not ordinary: NOTIFY serialises commits.';

revoke all on function monitoring.raise_alert(text, text, bigint, text, text, text, text, jsonb) from public;

commit;
