-- The six roles, and who may do what with everything in both schemas.

begin;
set local search_path = tap, pg_catalog;
select plan(45);

-- What they are.

select has_role(r.name, r.name || ' exists')
from unnest(array['tradelatch_owner', 'tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator', 'tradelatch_watcher', 'tradelatch_feed']) as r (name);
select ok(
    not (r.rolcanlogin or r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls),
    r.rolname || ' does not log in and is nothing special'
)
from pg_roles as r
where r.rolname in ('tradelatch_owner', 'tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator', 'tradelatch_watcher', 'tradelatch_feed')
order by r.rolname;
select isnt(shobj_description(r.oid, 'pg_authid'), null, r.rolname || ' says what it is for')
from pg_roles as r
where r.rolname in ('tradelatch_owner', 'tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator', 'tradelatch_watcher', 'tradelatch_feed')
order by r.rolname;
select set_eq(
    $$
        select r.rolname::text as role, m.rolname::text as member, a.admin_option
        from pg_auth_members as a
        inner join pg_roles as r on r.oid = a.roleid
        inner join pg_roles as m on m.oid = a.member
        where m.rolname ~ '^tradelatch_(owner|reader|bot|operator|watcher|feed)$'
    $$,
    $$
        values
            ('tradelatch_reader', 'tradelatch_bot', false),
            ('tradelatch_bot', 'tradelatch_operator', false),
            ('tradelatch_reader', 'tradelatch_watcher', false)
    $$,
    'a bot and a watcher are readers, an operator is a bot, the owner and a feed are nobody else'
);
select ok(
    not pg_has_role(r.name, 'tradelatch_owner', 'member'),
    r.name || ' is not the owner'
)
from unnest(array['tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator', 'tradelatch_watcher', 'tradelatch_feed']) as r (name);

-- Everything in the two schemas, with the privileges that somebody else than the owner has.

create temporary view objects as
select
    'schema' as kind, n.oid, n.nspname::text as name, n.nspname::text as schema, n.nspowner as owner,
    coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
from pg_namespace as n
where n.nspname in ('tradelatch', 'monitoring')
union all
select
    case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end,
    c.oid, c.oid::regclass::text, c.relnamespace::regnamespace::text, c.relowner,
    coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
from pg_class as c
where c.relnamespace::regnamespace::text in ('tradelatch', 'monitoring')
    and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
union all
select 'column', a.attrelid, format('%s.%I', a.attrelid::regclass, a.attname), c.relnamespace::regnamespace::text, c.relowner, a.attacl
from pg_attribute as a
inner join pg_class as c on c.oid = a.attrelid
where c.relnamespace::regnamespace::text in ('tradelatch', 'monitoring')
    and a.attacl is not null
union all
select
    'function', p.oid, p.oid::regprocedure::text, p.pronamespace::regnamespace::text, p.proowner,
    coalesce(p.proacl, acldefault('f', p.proowner))
from pg_proc as p
where p.pronamespace::regnamespace::text in ('tradelatch', 'monitoring')
union all
-- The types of tables' rows and of arrays go with what they are made of.
select
    'type', t.oid, t.oid::regtype::text, t.typnamespace::regnamespace::text, t.typowner,
    coalesce(t.typacl, acldefault('T', t.typowner))
from pg_type as t
left join pg_class as c on c.oid = t.typrelid
where t.typnamespace::regnamespace::text in ('tradelatch', 'monitoring')
    and t.typcategory <> 'A'
    and coalesce(c.relkind, 'c') = 'c';

create temporary view grants as
select o.kind, o.name, o.schema, coalesce(r.rolname::text, 'public') as grantee, a.privilege_type as privilege, a.is_grantable
from objects as o
cross join aclexplode(o.acl) as a
left join pg_roles as r on r.oid = a.grantee
where a.grantee <> o.owner;

select is(count(*), 2::bigint, 'there are two schemas to look at') from objects where kind = 'schema';
select cmp_ok(count(*), '>=', v.at_least, format('and %s objects of the kind %s', v.at_least, v.kind))
from (values ('table', 5::bigint), ('view', 4), ('sequence', 3), ('function', 40), ('type', 11)) as v (kind, at_least)
left join objects as o on o.kind = v.kind
group by v.kind, v.at_least
order by v.kind;

select is_empty(
    $$ select kind, name, owner::regrole from objects where owner <> 'tradelatch_owner'::regrole $$,
    'tradelatch_owner owns everything'
);
select is_empty($$ select * from grants where grantee = 'public' $$, 'PUBLIC has nothing');
select is_empty(
    $$ select * from grants where grantee not in ('tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator', 'tradelatch_watcher', 'tradelatch_feed') $$,
    'nobody but the five roles was granted anything'
);
select is_empty($$ select * from grants where is_grantable $$, 'and nobody may hand it on');
select is_empty(
    $$ select * from grants where kind in ('table', 'sequence', 'column') $$,
    'nobody was granted anything on a table, a column or a sequence'
);
select is_empty(
    $$
        select *
        from grants
        where kind = 'view'
            and (grantee, privilege) <> (case when name in ('tradelatch.backups', 'tradelatch.account_grants') then 'tradelatch_operator' else 'tradelatch_reader' end, 'SELECT')
    $$,
    'the views may be read, by readers; backups and grants by operators'
);
select is_empty(
    $$
        select o.name
        from objects as o
        where o.kind = 'view'
            and o.name not in ('monitoring.advisory_locks', 'monitoring.evidence', 'monitoring.priced_positions')
            and not exists (select from grants as g where g.name = o.name )
    $$,
    'each of them, but for those in monitoring'
);
select is_empty(
    $$ select * from grants where kind = 'schema' and (name, privilege) <> ('tradelatch', 'USAGE') or kind = 'schema' and grantee not in ('tradelatch_reader', 'tradelatch_feed') $$,
    'readers and feeds may look into the schema tradelatch, nobody into monitoring, nobody may create anything'
);
select is_empty(
    $$ select * from grants where kind = 'type' and schema = 'monitoring' $$,
    'the domains are the owner''s'
);

-- Who may call what.

create temporary view calls as
select p.proname::text as function, r.rolname::text as role, has_function_privilege(r.oid, p.oid, 'execute') as allowed
from pg_proc as p
cross join pg_roles as r
where p.pronamespace = 'tradelatch'::regnamespace
    and r.rolname in ('tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator', 'tradelatch_watcher', 'tradelatch_feed');

select is_empty(
    $$
        select function, role, allowed
        from calls
        where allowed <> case
            when role = 'tradelatch_feed' then function in ('record_marks', 'record_aliases', 'schema_version')
            when function in ('diagnose', 'find_order', 'lock_holders', 'normalize_exchange', 'normalize_symbol', 'schema_version') then true
            when function in ('take_over', 'release_position', 'record_aliases', 'cleanup', 'restore_backup', 'after_restore', 'archive_events', 'archive_alerts', 'archive_findings', 'grant_account', 'revoke_account', 'set_stale_after') then role = 'tradelatch_operator'
            when function = 'record_findings' then role <> 'tradelatch_reader'
            else role not in ('tradelatch_reader', 'tradelatch_watcher')
        end
    $$,
    'readers call what changes nothing, watchers record_findings too, feeds record_marks, record_aliases and schema_version alone, bots everything but the operators'' functions'
);
select is_empty(
    $$
        select g.*
        from grants as g
        where g.kind = 'function'
            and g.schema = 'monitoring'
            -- of those that is_shown and is_position_shown are made of
            and g.name !~ '^monitoring\.(accounts_are_apart|may_see|may_see_position)\('
            and not exists (
                -- A view calls its functions as whoever reads it.
                select
                from pg_depend as d
                inner join pg_rewrite as w on w.oid = d.objid and d.classid = 'pg_rewrite'::regclass
                inner join pg_class as v on v.oid = w.ev_class and v.relnamespace = 'tradelatch'::regnamespace
                where d.refclassid = 'pg_proc'::regclass
                    and d.refobjid = g.name::regprocedure
                    and g.grantee = 'tradelatch_reader'
            )
    $$,
    'the helpers are the owner''s, but for those in a view'
);
select is_empty(
    $$
        select p.oid::regprocedure, r.rolname
        from pg_proc as p
        cross join pg_roles as r
        where p.pronamespace = 'monitoring'::regnamespace
            and (p.prosecdef or p.provolatile = 'v')
            -- what a view shows of a row, by helpers that are the owner's alone
            and (p.provolatile = 'v' or p.proname not in ('is_driven', 'is_in_hand', 'is_unguarded', 'order_details', 'orders_left', 'stops_gone', 'may_see', 'may_see_position'))
            and r.rolname in ('tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator')
            and has_function_privilege(r.oid, p.oid, 'execute')
    $$,
    'and none that does something may be called by somebody else'
);

-- Nobody else has DML on any table, by whatever way.

select is_empty(
    $$
        select c.oid::regclass, r.rolname
        from pg_class as c
        cross join pg_roles as r
        where c.relnamespace in ('tradelatch'::regnamespace, 'monitoring'::regnamespace)
            and c.relkind in ('r', 'v')
            and not r.rolsuper
            and not pg_has_role(r.oid, 'tradelatch_owner', 'usage')
            and (
                has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate, references, trigger')
                or has_any_column_privilege(r.oid, c.oid, 'insert, update, references')
            )
            -- A DBA may grant this, and knows what it means.
            and not pg_has_role(r.oid, 'pg_write_all_data', 'usage')
    $$,
    'nobody but the owner may change a row of any table or view'
);
select is_empty(
    $$
        select c.oid::regclass, r.rolname
        from pg_class as c
        cross join pg_roles as r
        where c.relnamespace = 'monitoring'::regnamespace
            and c.relkind in ('r', 'S')
            and r.rolname in ('tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator')
            and case c.relkind
                when 'S' then has_sequence_privilege(r.oid, c.oid, 'usage, select, update')
                else has_any_column_privilege(r.oid, c.oid, 'select')
            end
    $$,
    'and none of the roles reads a table or takes a fence'
);

-- The test sees what it looks for.

grant select on monitoring.positions to public;
grant execute on function monitoring.grace() to tradelatch_bot;
grant update (realized_pnl) on monitoring.positions to tradelatch_bot;
grant usage on type monitoring.amount to public;
select set_eq(
    $$ select kind, name, grantee, privilege from grants where schema = 'monitoring' and name !~ 'client_order_id|without_workers|is_driven|is_in_hand|is_unguarded|order_details|orders_left|stops_gone|accounts_are_apart|may_see|is_shown|is_position_shown' $$,
    $$
        values
            ('table', 'monitoring.positions', 'public', 'SELECT'),
            ('column', 'monitoring.positions.realized_pnl', 'tradelatch_bot', 'UPDATE'),
            ('function', 'monitoring.grace()', 'tradelatch_bot', 'EXECUTE'),
            ('type', 'monitoring.amount', 'public', 'USAGE')
    $$,
    'a grant too many is seen'
);

select * from finish();
rollback;
