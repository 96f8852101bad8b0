"""The catalogue against this version's scripts: for a login that cannot read sqitch's registry, or the tables.

Everybody may read the catalogue. That a function is that of this version shows in its source, which is the script's own
text. Grants and comments are not compared: that takes sqitch and the login that deployed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg

from ..deployment import changes
from ..project import sqitch_project

SCHEMAS = ("monitoring", "tradelatch")
MADE = re.compile(
    r"^create (?:unique )?(?P<kind>function|view|table|domain|type|sequence|trigger|index)"
    r"(?: concurrently)?(?: if not exists)? (?:(?P<schema>monitoring|tradelatch)\.)?(?P<name>\w+)",
    re.MULTILINE,
)
INNERMOST = re.compile(r"^\\if (?:(?!^\\if ).)*?^\\endif", re.MULTILINE | re.DOTALL)
REGISTRY = """
select
    to_regnamespace('tradelatch') is not null,
    not pg_is_in_recovery() and exists (
        select
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'sqitch'
            and c.relname = 'changes'
            and has_schema_privilege(n.oid, 'usage')
            and has_table_privilege(c.oid, 'select')
    ),
    session_user
"""
FOUND = """
with ours as (select oid, nspname::text as schema from pg_namespace where nspname = any(%(schemas)s))

select 'function' as kind, o.schema, p.proname::text as name, p.prosrc as source, '' as problem
from pg_proc as p
join ours as o on o.oid = p.pronamespace
union all
select
    case c.relkind when 'v' then 'view' when 'S' then 'sequence' when 'i' then 'index' else 'table' end,
    o.schema,
    c.relname::text,
    '',
    case when i.indisvalid is false or i.indisready is false then 'is invalid' else '' end
from pg_class as c
join ours as o on o.oid = c.relnamespace
left join pg_index as i on i.indexrelid = c.oid
where c.relkind in ('v', 'S', 'i', 'r', 'p')
union all
select case t.typtype when 'd' then 'domain' else 'type' end, o.schema, t.typname::text, '', ''
from pg_type as t
join ours as o on o.oid = t.typnamespace
union all
select 'trigger', 'monitoring', t.tgname::text, '', case t.tgenabled when 'D' then 'is disabled' else '' end
from pg_trigger as t
join pg_class as c on c.oid = t.tgrelid
join ours as o on o.oid = c.relnamespace
"""


def registry(connection: psycopg.Connection[Any]) -> tuple[bool, bool, str]:
    """Whether the schema is there, whether sqitch can work with its registry as this login, and its name."""
    ((is_deployed, is_readable, user),) = connection.execute(REGISTRY).fetchall()
    return is_deployed, is_readable, user


def compare(connection: psycopg.Connection[Any]) -> tuple[Counter[str], list[str]]:
    """How many objects of each kind this version's scripts make, and what is wrong with which."""
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for kind, schema, name, source, problem in connection.execute(FOUND, {"schemas": list(SCHEMAS)}):
        found.setdefault((kind, schema, name), []).append((source, problem))
    problems: list[str] = []
    wanted = dict(_made())
    for (kind, schema, name), script in wanted.items():
        what = f"{kind} {schema}.{name}"
        there = found.get((kind, schema, name), [])
        if not there:
            problems.append(f"{what} is missing")
        problems += [f"{what} {problem}" for _, problem in there if problem]
        if any(source.strip() not in script for source, _ in there):
            problems.append(f"{what} is not this version's")
    return Counter(kind for kind, _, _ in wanted), problems


def _made() -> Iterator[tuple[tuple[str, str, str], str]]:
    """What the plan's scripts make on every database, with their texts; what stands in an \\if depends on the table."""
    for change in changes():
        script = (sqitch_project() / "deploy" / f"{change}.sql").read_text()
        plain, count = script, 1
        while count:  # the innermost ones first
            plain, count = INNERMOST.subn("", plain)
        for made in MADE.finditer(plain):
            yield (made["kind"], made["schema"] or "monitoring", made["name"]), script
