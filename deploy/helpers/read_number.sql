-- Deploy tradelatch:helpers/read_number to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.read_number(argument text, value jsonb)
returns numeric
language plpgsql
immutable
as $$
begin
    if jsonb_typeof(read_number.value) = 'null' then
        return null;
    elsif jsonb_typeof(read_number.value) not in ('number', 'string')
        -- collation "C": elsewhere there are blanks and digits that numeric does not take
        or (read_number.value #>> '{}') collate "C" !~ E'^\\s*[-+]?(\\d{1,40}\\.?\\d{0,40}|\\.\\d{1,40})([eE][-+]?\\d{1,2})?\\s*$'
    then
        perform monitoring.refuse_argument(read_number.argument, 'must be a number, or null', read_number.value #>> '{}');
    end if;
    return (read_number.value #>> '{}')::numeric;
end
$$;

comment on function monitoring.read_number(text, jsonb) is
'The number, which JSON may write as a string, too; null where it is null or missing; 22023 where it is something else.';

revoke all on function monitoring.read_number(text, jsonb) from public;

commit;
