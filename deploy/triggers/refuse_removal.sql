-- Deploy tradelatch:triggers/refuse_removal to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

\ir ../adoption/lock.psql

create function monitoring.refuse_removal()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'TL002',
        message = format('%s on %I.%I is refused: the book only grows', tg_op, tg_table_schema, tg_table_name),
        detail = json_build_object('operation', tg_op, 'table', format('%I.%I', tg_table_schema, tg_table_name))::text;
end
$$;

comment on function monitoring.refuse_removal() is 'Raises TL002, whoever asks.';

revoke all on function monitoring.refuse_removal() from public;

create trigger positions_refuse_removal
before delete or truncate on monitoring.positions
for each statement execute function monitoring.refuse_removal();

commit;
