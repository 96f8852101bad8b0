-- What a person was told.

begin;
set local search_path = tap, pg_catalog;
select plan(3);

select table_owner_is('monitoring', 'alerts', 'tradelatch_owner', 'it is the owner''s');
select col_is_pk('monitoring', 'alerts', array['xid', 'id'], 'it is read from a transaction on');
insert into monitoring.alerts (alert, severity, exchange, account, detail)
values ('snapshot_suspect', 'critical', 'binance', 'default', '{}');
select is(
    (select a.xid from monitoring.alerts as a order by a.xid desc, a.id desc limit 1), pg_current_xact_id(),
    'an alert carries its transaction'
);

select * from finish();
rollback;
