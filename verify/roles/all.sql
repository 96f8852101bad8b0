-- Verify tradelatch:roles/all on pg

\ir ../../deploy/settings.psql

begin;

-- Before this session does so itself. PostgreSQL 15 knows no membership that gives nothing.
select coalesce(string_agg(r.rolname, ', ' order by r.rolname), 'nobody') as members
from pg_auth_members as m
inner join pg_roles as r on r.oid = m.member and not r.rolsuper
where m.roleid = to_regrole('tradelatch_owner')
    and not to_jsonb(m) @> '{"set_option": false, "inherit_option": false}'
\gset

\ir ../assert.psql

select
    pg_temp.assert_properties(
        'role ' || w.name,
        (
            select to_jsonb(r)
            from pg_roles as r
            where r.rolname = w.name
        ),
        jsonb_build_object(
            'rolcanlogin', false,
            'rolsuper', false,
            'rolcreaterole', false,
            'rolcreatedb', false,
            'rolreplication', false,
            'rolbypassrls', false
        )
    )
from unnest(string_to_array(
        'tradelatch_owner tradelatch_reader tradelatch_bot tradelatch_operator tradelatch_watcher tradelatch_feed', ' '
    )) as w (name);

-- Who is a member of a role has what that role holds: the grants of all objects are right if nobody is more than this.
select
    pg_temp.assert_properties(
        'role ' || w.name,
        jsonb_build_object(
            'member of', pg_temp.list(array(
                select r.rolname
                from pg_roles as r
                where (
                    r.rolsuper
                    or r.rolname ~ '^(tradelatch_(owner|reader|bot|operator|watcher|feed)|pg_(read|write)_all_data)$'
                )
                and r.rolname <> w.name
                and pg_has_role(w.name, r.oid, 'member')
            ), 'none'),
            'uses the rights of', pg_temp.list(array(
                select r.rolname
                from unnest(w.member_of) as r (rolname)
                where pg_has_role(w.name, r.rolname, 'usage')
            ), 'none')
        ),
        jsonb_build_object(
            'member of', pg_temp.list(w.member_of, 'none'),
            'uses the rights of', pg_temp.list(w.member_of, 'none')
        )
    )
from (
    values
    ('tradelatch_owner', array[]::text[]),
    ('tradelatch_reader', array[]::text[]),
    ('tradelatch_bot', array['tradelatch_reader']),
    ('tradelatch_operator', array['tradelatch_bot', 'tradelatch_reader']),
    ('tradelatch_watcher', array['tradelatch_reader']),
    ('tradelatch_feed', array[]::text[])
) as w (name, member_of);

-- Not even the login that made it, which grants itself the role for one transaction at a time.
select
    pg_temp.assert_properties(
        'role tradelatch_owner',
        jsonb_build_object('who may become it', :'members'),
        jsonb_build_object('who may become it', 'nobody')
    );

rollback;
