-- Deploy tradelatch:helpers/lagging_sequences to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.lagging_sequences()
returns jsonb
language plpgsql
stable
as $$
begin
    return (
        select jsonb_object_agg(
            s.sequence, jsonb_build_object('last_value', s.last_value::text, 'highest', s.highest::text)
        )
        from monitoring.sequences() as s
        where s.last_value < s.highest
    );
end
$$;

comment on function monitoring.lagging_sequences() is
'The sequences that would give a number out again, as logical replication leaves them: it copies rows only. Null where there is none.';

revoke all on function monitoring.lagging_sequences() from public;

commit;
