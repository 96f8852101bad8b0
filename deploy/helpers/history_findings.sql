-- Deploy tradelatch:helpers/history_findings to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.history_findings()
returns setof tradelatch.finding
language plpgsql
volatile
as $$
declare
    v_now record;
    v_noted monitoring.histories;
    v_lagging jsonb := monitoring.lagging_sequences();
begin
    select h.* into v_now from monitoring.current_history() as h;
    select h.* into v_noted from monitoring.histories as h order by h.number desc limit 1;
    -- What a standby shows is its primary's; its last checkpoint may be of an earlier timeline.
    if v_lagging is null
        and v_now.system_identifier = v_noted.system_identifier
        and v_now.table_oid = v_noted.table_oid
        and (v_now.timeline = v_noted.timeline or v_now.is_standby and v_now.timeline < v_noted.timeline)
    then
        return;
    end if;

    return query
    select
        'history_changed',
        'critical',
        null::bigint,
        null,
        null,
        null,
        null,
        null,
        interval '0',
        jsonb_strip_nulls(jsonb_build_object(
            'problem', concat_ws(
                '; ',
                case
                    when v_noted.number is null then 'no history was ever noted here'
                    when v_now.system_identifier <> v_noted.system_identifier then 'another cluster than the one that was noted'
                    when v_now.table_oid <> v_noted.table_oid then 'restored from a dump'
                    when v_now.timeline <> v_noted.timeline
                        then format('timeline %s, %s was noted', v_now.timeline, v_noted.timeline)
                end,
                case when v_lagging is not null then 'sequences lag behind their tables' end
            ),
            'noted_at', v_noted.noted_at,
            'system_identifier', v_now.system_identifier::text,
            'timeline', v_now.timeline,
            'sequences', v_lagging
        )),
        'after_restore, with skip => 0 if no commit was lost; connect no bot before it';
end
$$;

comment on function monitoring.history_findings() is
'history_changed, of the whole database: it was restored, promoted or copied, and nobody called after_restore since; or its sequences lag.';

revoke all on function monitoring.history_findings() from public;

commit;
