"""plpgsql_check reads every PL/pgSQL body, as sqlfluff cannot."""

import psycopg

# A trigger's function is checked once for each table that it stands on.
FINDINGS = """
select p.oid::regprocedure::text, coalesce(t.tgrelid::regclass::text, ''), c.lineno, c.level, c.message, c.query
from pg_proc as p
join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
left join pg_trigger as t on t.tgfoid = p.oid and not t.tgisinternal
cross join lateral tap.plpgsql_check_function_tb(
    p.oid, coalesce(t.tgrelid, 0), performance_warnings => true, security_warnings => true,
    oldtable => t.tgoldtable, newtable => t.tgnewtable, anyelememttype => 'monitoring.positions'  -- spelt so
) as c
where p.pronamespace in ('tradelatch'::regnamespace, 'monitoring'::regnamespace)
order by 1, 2, 3
"""


def test_no_function_has_a_finding(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create schema tap")
        connection.execute("create extension plpgsql_check schema tap")
        findings = connection.execute(FINDINGS).fetchall()
    assert not findings, "\n".join(" | ".join(map(str, finding)) for finding in findings)


def test_a_broken_function_is_found(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create schema tap")
        connection.execute("create extension plpgsql_check schema tap")
        connection.execute(
            "create function monitoring.broken() returns int language plpgsql as 'begin return v_missing; end'"
        )
        (finding,) = (row for row in connection.execute(FINDINGS) if row[0] == "monitoring.broken()")
    assert "v_missing" in finding[4]
