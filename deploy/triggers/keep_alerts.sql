-- Deploy tradelatch:triggers/keep_alerts to pg
-- What a person was told, and what was found, leave the database as events do, or not at all. A reader that was away for less
-- than a week finds every alert.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.keep_alert()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.at < clock_timestamp() - interval '168 hours' then
        return old;
    end if;
    raise exception using
        errcode = 'TL002',
        message = format('alert %s stays: it is of the last 7 days', old.id),
        detail = json_build_object('alert_id', old.id)::text;
end
$$;

comment on function monitoring.keep_alert() is 'Raises TL002 for an alert of the last 7 days, also when it is archived.';

revoke all on function monitoring.keep_alert() from public;

create function monitoring.keep_finding()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if old.cleared_at < clock_timestamp() - interval '168 hours' then
        return old;
    end if;
    raise exception using
        errcode = 'TL002',
        message = format('finding %s stays: it stands, or did within 7 days', old.id),
        detail = json_build_object('finding_id', old.id)::text;
end
$$;

comment on function monitoring.keep_finding() is
'Raises TL002 for a finding that stands, and for one that did within the last 7 days, also when it is archived.';

revoke all on function monitoring.keep_finding() from public;

create trigger alerts_refuse_change
before update or delete or truncate on monitoring.alerts
for each statement execute function monitoring.refuse_log_change();

create trigger alerts_keep
before delete on monitoring.alerts
for each row execute function monitoring.keep_alert();

create trigger health_findings_refuse_removal
before delete or truncate on monitoring.health_findings
for each statement execute function monitoring.refuse_log_change();

create trigger health_findings_keep
before delete on monitoring.health_findings
for each row execute function monitoring.keep_finding();

commit;
