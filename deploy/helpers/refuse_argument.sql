-- Deploy tradelatch:helpers/refuse_argument to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.refuse_argument(argument text, problem text, value text default null)
returns void
language plpgsql
volatile
as $$
begin
    raise exception using
        errcode = '22023',
        message = concat(
            refuse_argument.argument, ' ', refuse_argument.problem,
            ', got "' || regexp_replace(
                left(refuse_argument.value, 64),
                E'[\\u0001-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]', '?', 'g'
            ) || '"'
        ),
        detail = json_build_object('argument', refuse_argument.argument)::text;
end
$$;

comment on function monitoring.refuse_argument(text, text, text) is
'Raises 22023, the one way to refuse an argument. The message names it and echoes at most 64 characters of its value.';

revoke all on function monitoring.refuse_argument(text, text, text) from public;

commit;
