-- What the API is made of, and the rules for every function in both schemas.

begin;
set local search_path = tap, pg_catalog;
select plan(25);

select schema_owner_is('monitoring', 'tradelatch_owner');
select isnt(obj_description('monitoring'::regnamespace, 'pg_namespace'), null, 'the schema says what it is for');
select tables_are('monitoring', array[
    'account_grants', 'alerts', 'event_archives', 'exchange_aliases', 'findings_turn', 'health_findings', 'histories', 'lock_sightings', 'marks', 'order_sightings', 'order_snapshots', 'position_backups', 'position_events', 'position_statuses',
    'position_transitions', 'positions', 'refusals', 'sightings', 'snapshots', 'symbol_aliases'
]);
select views_are('monitoring', array['advisory_locks', 'evidence', 'priced_positions']);
select sequences_are('monitoring', array[
    'alerts_id_seq', 'event_archives_id_seq', 'health_findings_id_seq', 'position_events_id_seq', 'position_fence',
    'positions_id_seq', 'stale_fences'
]);

-- Everything explains itself.

select is_empty(
    $$
        select p.oid::regprocedure
        from pg_proc as p
        where p.pronamespace = 'monitoring'::regnamespace
            and (obj_description(p.oid, 'pg_proc') ~ '\w+') is not true
    $$,
    'every function carries a COMMENT'
);
select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace in ('monitoring'::regnamespace, 'tradelatch'::regnamespace)
            and c.relkind in ('r', 'v')
            and (obj_description(c.oid, 'pg_class') ~ '\w+') is not true
    $$,
    'every table and every view, too'
);
select is_empty(
    $$
        select t.oid::regtype
        from pg_type as t
        where t.typnamespace = 'monitoring'::regnamespace
            and t.typtype = 'd'
            and (obj_description(t.oid, 'pg_type') ~ '\w+') is not true
    $$,
    'and every domain'
);

-- The rules for functions. Comments and literals are no code.

create function pg_temp.code_of(source text)
returns text
language sql
immutable
return regexp_replace(
    regexp_replace(regexp_replace(source, '--[^\n]*', '', 'g'), '/\*.*?\*/', '', 'gs'),
    '''(?:[^'']|'''')*''', '''''', 'g'
);

create temporary view functions as
select
    p.oid::regprocedure as function,
    l.lanname as language,
    pg_temp.code_of(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)) as code,
    p.*
from pg_proc as p
inner join pg_language as l on l.oid = p.prolang
where p.pronamespace in ('monitoring'::regnamespace, 'tradelatch'::regnamespace);

select is_empty($$ select function, language from functions where language not in ('plpgsql', 'sql') $$, 'they are SQL and PL/pgSQL');
select set_eq(
    $$ select proname::text from functions where code ~* '\mexecute\M' $$,
    array['make_known_aliases', 'sequences'],
    'none has dynamic SQL, but for the one that writes a table into a constant, and the one that reads sequences by their names'
);
-- It costs a subtransaction. A restore has no other way to learn above READ COMMITTED that a slot is taken; whoever waits has time.
select is(
    array_agg(f.function::text order by f.function::text),
    array[
        'monitoring.put_back(monitoring.positions,monitoring.positions,uuid)', 'monitoring.take_findings_turn()',
        'monitoring.wait_for_row(bigint)', 'monitoring.wait_for_slot(text,text,text)'
    ],
    'no function of a move has an EXCEPTION block, but where it waits'
)
from functions as f
where regexp_replace(f.code, '\mraise\s+exception\M', '', 'gi') ~* '\mexception\M';
select results_eq(
    $$ select proname::text collate "default" from functions where code ~* '\m(notify|pg_notify)\M' $$,
    array['raise_alert'],
    'one function notifies'
);
select set_eq(
    $$ select proname::text from functions where code ~* '\mraise_alert\(' $$,
    array['activate_position', 'confirm_entry', 'record_findings', 'release_position', 'resolve_conflict', 'rollback_position'],
    'and is called where a person must know'
);
select is_empty(
    $$ select function from functions where code ~* '\m(dblink|pg_sleep|lo_import|pg_read_file|copy)\M' $$,
    'no function does anything outside the database, or sleeps'
);
select is_empty(
    $$ select function from functions where code ~* '\mon\s+conflict\s*(\(|on\s+constraint)' $$,
    'no INSERT names the index that may refuse it'
);
select is_empty(
    $$
        select function
        from functions
        where language = 'sql'
            and (prosecdef or proconfig is not null or (provolatile = 'v' and proretset) or (proretset and code ~* '\m(insert|update|delete)\M'))
    $$,
    'every SQL-language function can be inlined'
);
select is_empty(
    $$ select function from functions where code ~* '\m(float4|float8|real|double\s+precision|float)\M' $$,
    'no function calculates in floating point'
);
select is_empty(
    $$
        select a.attrelid::regclass, a.attname
        from pg_attribute as a
        inner join pg_class as c on c.oid = a.attrelid
        where c.relnamespace in ('monitoring'::regnamespace, 'tradelatch'::regnamespace)
            and a.atttypid in ('real'::regtype, 'double precision'::regtype, 'money'::regtype, 'timestamp'::regtype)
    $$,
    'no column is floating point, or a time without its zone'
);
select is_empty(
    $$
        select f.function, t.type::oid::regtype
        from functions as f
        cross join unnest(array[f.prorettype] || f.proargtypes::oid[] || coalesce(f.proallargtypes, '{}')) as t (type)
        where t.type in ('real'::regtype, 'double precision'::regtype, 'money'::regtype, 'timestamp'::regtype)
    $$,
    'and neither is an argument or a result'
);

-- What runs as its owner must not be led astray by the caller's objects.

create temporary view definers as
select
    function,
    substring(c.setting from '^search_path=(.*)$') as search_path,
    string_to_array(replace(replace(substring(c.setting from '^search_path=(.*)$'), '"', ''), ' ', ''), ',') as schemas
from functions
left join lateral unnest(proconfig) as c (setting) on c.setting like 'search_path=%'
where prosecdef;

select cmp_ok(count(*), '>=', 15::bigint, 'there are functions that run as their owner') from definers;
select is_empty($$ select * from definers where search_path is null $$, 'each of them pins its search_path');
select is_empty(
    $$ select * from definers where schemas[cardinality(schemas)] is distinct from 'pg_temp' or schemas[1] = 'pg_temp' $$,
    'with pg_temp at its end'
);
select is_empty(
    $$
        select d.function, s.name
        from definers as d
        cross join unnest(d.schemas) as s (name)
        cross join pg_roles as r
        where s.name <> 'pg_temp'
            and (s.name = '$user' or has_schema_privilege(r.oid, s.name::name, 'create'))
            and not r.rolsuper
            and not pg_has_role(r.oid, 'tradelatch_owner', 'usage')
            and not pg_has_role(r.oid, (select n.nspowner from pg_namespace as n where n.nspname = s.name), 'usage')
    $$,
    'and without a schema in which somebody else may create anything'
);
select is_empty(
    $$ select function, proowner::regrole from functions where proowner <> 'tradelatch_owner'::regrole $$,
    'and their owner is tradelatch_owner'
);

-- The rules see what they look for.

create function monitoring.everything_wrong()
returns void
language plpgsql
security definer
set search_path = public
as $$
begin
    execute 'select 1';
    notify somebody;
exception
    when others then null;
end
$$;
select is(
    (
        select array[
            f.code ~* '\mexecute\M',
            regexp_replace(f.code, '\mraise\s+exception\M', '', 'gi') ~* '\mexception\M',
            f.code ~* '\m(notify|pg_notify)\M',
            (select d.schemas[cardinality(d.schemas)] is distinct from 'pg_temp' from definers as d where d.function = f.function)
        ]
        from functions as f
        where f.function = 'monitoring.everything_wrong()'::regprocedure
    ),
    array[true, true, true, true],
    'a function that breaks the rules is seen'
);

select * from finish();
rollback;
