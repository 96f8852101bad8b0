-- Deploy tradelatch:schemas/monitoring to pg
-- A schema that is there already is taken over, with everything else in it left to whom it belongs. How it was is kept in a
-- table, as the statements that give it back.

\ir ../settings.psql

begin;

\ir ../join_owner.psql

select pg_catalog.to_regnamespace('monitoring') is not null as has_schema
\gset

\if :has_schema

-- How it was. Who may create in it could put a function beside one of ours.
create temporary table schema_as_found as
select
    1 as place,
    pg_catalog.format('alter schema monitoring owner to %s', n.nspowner::regrole) as statement
from pg_catalog.pg_namespace as n
where n.nspname = 'monitoring'
union all
select
    2 as place,
    pg_catalog.format('comment on schema monitoring is %L', pg_catalog.obj_description(n.oid, 'pg_namespace')) as statement
from pg_catalog.pg_namespace as n
where n.nspname = 'monitoring'
union all
select
    3 as place,
    pg_catalog.format(
        'grant create on schema monitoring to %s%s',
        case x.grantee when 0 then 'public' else x.grantee::regrole::text end,
        case when x.is_grantable then ' with grant option' else '' end
    ) as statement
from pg_catalog.pg_namespace as n
cross join pg_catalog.aclexplode(n.nspacl) as x
where n.nspname = 'monitoring'
    and x.privilege_type = 'CREATE'
    and x.grantee <> n.nspowner;

-- Whoever owned the schema goes on reaching the tables in it, and so does everybody else who could.
do $$
declare
    v_owner regrole := (select n.nspowner from pg_catalog.pg_namespace as n where n.nspname = 'monitoring');
    v_grant text;
begin
    for v_grant in
        select s.statement
        from schema_as_found as s
        where s.place = 3
    loop
        execute pg_catalog.regexp_replace(
            pg_catalog.regexp_replace(v_grant, '^grant create on schema monitoring to ', 'revoke create on schema monitoring from '),
            '( with grant option)?$', ' cascade'
        );
    end loop;
    execute 'alter schema monitoring owner to tradelatch_owner';
    set local role tradelatch_owner;
    if v_owner <> 'tradelatch_owner'::regrole then
        execute pg_catalog.format('grant usage on schema monitoring to %s', v_owner);
    end if;
    reset role;
end
$$;

-- The revert runs what stands in it: it is made by its owner, so that no default privilege of whoever deploys opens it to others.
set local role tradelatch_owner;

create table monitoring.legacy_state (
    place integer generated always as identity primary key,
    part text not null,
    name text,
    statement text not null
);

reset role;

insert into monitoring.legacy_state (part, statement)
select
    'schema' as part,
    s.statement
from schema_as_found as s
order by s.place;

-- What came between adoption/preflight and here; from now on nobody else makes anything in it.
\ir ../adoption/surroundings.psql
\ir ../adoption/strangers.psql
do $$
begin
    perform pg_temp.refuse_strangers('TL007', 'See docs/deploy.md.');
end
$$;

set local role tradelatch_owner;

comment on table monitoring.legacy_state is
'What was there before tradelatch: the statements that give it back, in their order. The revert runs them.';

\else

create schema monitoring authorization tradelatch_owner;

set local role tradelatch_owner;

\endif

comment on schema monitoring is 'tradelatch: the book itself, and the parts that its functions are made of. Read and changed through the schema tradelatch alone.';

\ir ../leave_owner.psql

commit;
