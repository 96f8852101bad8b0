-- Deploy tradelatch:helpers/compare_sequences to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Once a session: whoever connected to a copy before it was promoted could not write there.
create function monitoring.compare_sequences()
returns text
language plpgsql
volatile
as $$
declare
    v_lagging jsonb := monitoring.lagging_sequences();
begin
    if v_lagging is not null then
        raise exception using
            errcode = 'TL010',
            message = format(
                'sequences lag behind their tables: %s', (select string_agg(k.name, ', ') from jsonb_object_keys(v_lagging) as k (name))
            ),
            detail = json_build_object('sequences', v_lagging)::text,
            hint = 'This database was restored or copied. An operator calls after_restore first.';
    end if;
    return set_config('tradelatch.sequences', 'compared', false);
end
$$;

comment on function monitoring.compare_sequences() is
'Raises TL010 where sequences lag behind their tables; else notes in the session that they do not. Never null.';

revoke all on function monitoring.compare_sequences() from public;

commit;
