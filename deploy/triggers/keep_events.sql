-- Deploy tradelatch:triggers/keep_events to pg
-- The one way on which events go, and what may not go on it either.

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.refuse_log_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' and exists (
        select
        from monitoring.event_archives as a
        where a.made_in = pg_current_xact_id_if_assigned()
    ) then
        return null;
    elsif tg_op = 'UPDATE' and tg_table_name = 'alerts' and exists (
        select
        from monitoring.histories as h
        where h.made_in = pg_current_xact_id_if_assigned()
    ) then
        return null;
    end if;
    raise exception using
        errcode = 'TL002',
        message = format('%s on %I.%I is refused: the log only grows', tg_op, tg_table_schema, tg_table_name),
        detail = json_build_object('operation', tg_op, 'table', format('%I.%I', tg_table_schema, tg_table_name))::text,
        hint = 'tradelatch archive takes out what is old.';
end
$$;

comment on function monitoring.refuse_log_change() is
'Raises TL002, whoever asks, but for a DELETE in the transaction of a function that archives, and an UPDATE of alerts in that of after_restore.';

revoke all on function monitoring.refuse_log_change() from public;

create function monitoring.keep_event()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_before timestamptz := clock_timestamp() - interval '168 hours';
begin
    if old.at < v_before and exists (
        select
        from monitoring.positions as p
        where p.id = old.position_id and p.closed_at < v_before
    ) then
        return old;
    end if;
    raise exception using
        errcode = 'TL002',
        message = format('event %s of position %s stays: the position is open, or was within 7 days', old.id, old.position_id),
        detail = json_build_object('position_id', old.position_id, 'event_id', old.id)::text;
end
$$;

comment on function monitoring.keep_event() is
'Raises TL002 for an event of an open position, and for one of the last 7 days, also when it is archived.';

revoke all on function monitoring.keep_event() from public;

create trigger position_events_refuse_change
before update or delete or truncate on monitoring.position_events
for each statement execute function monitoring.refuse_log_change();

create trigger position_events_keep
before delete on monitoring.position_events
for each row execute function monitoring.keep_event();

commit;
