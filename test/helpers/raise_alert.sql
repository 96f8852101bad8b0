-- The only place that notifies; that it does is in test/database/test_alerts.py.

begin;
\ir setup.psql
select plan(5);

select is_internal('monitoring.raise_alert(text, text, bigint, text, text, text, text, jsonb)', 'volatile');
set local application_name = 'worker 7';
select monitoring.raise_alert('position_released', 'critical', 7, 'binance', 'default', 'APTUSDT', 'both', '{"reason": "x", "side": null}');
select results_eq(
    'select alert, severity, position_id, detail, user_name, application_name from monitoring.alerts',
    $$
        values (
            'position_released', 'critical', 7::bigint, '{"reason": "x"}'::jsonb,
            session_user::text collate "default", 'worker 7'
        )
    $$,
    'it says what, where and who, and nothing of what is not known'
);

select is(
    a.exchange || ' ' || a.account || ' ' || a.symbol || ' ' || a.position_side, 'binance default APTUSDT both', 'and of which slot'
)
from monitoring.alerts as a;

select * from finish();
rollback;
