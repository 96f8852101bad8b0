-- Verify tradelatch:roles/all on pg

begin;

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
from unnest(array['tradelatch_owner', 'tradelatch_reader', 'tradelatch_bot', 'tradelatch_operator']) as w (name);

-- Who is a member of a role has what that role holds: the grants of all objects are right if nobody is more than this.
select
    pg_temp.assert_properties(
        'role ' || w.name,
        jsonb_build_object(
            'member of', pg_temp.list(array(
                select r.rolname
                from pg_roles as r
                where (r.rolsuper or r.rolname ~ '^(tradelatch_(owner|reader|bot|operator)|pg_(read|write)_all_data)$')
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
    ('tradelatch_operator', array['tradelatch_bot', 'tradelatch_reader'])
) as w (name, member_of);

rollback;
