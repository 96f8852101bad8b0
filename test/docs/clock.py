"""A fixed clock: one test's database answers every question for the time with what the test says.

Nothing of the product knows of it: in a copy of the deployed database, functions, views and defaults ask
`told.clock_timestamp()` instead of the server, and so do sessions, by their search_path.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier

from ..cli.desk import Desk

FIXED = r"""
create schema told;
create table told.clock (at timestamptz not null);
insert into told.clock values ('2025-10-28 03:12:45Z');
create function told.clock_timestamp() returns timestamptz language sql volatile return (select at from told.clock);
create function told.now() returns timestamptz language sql stable return (select at from told.clock);
grant usage on schema told to public;
grant select on told.clock to public;

create function pg_temp.told(source text) returns text language sql immutable
return regexp_replace(source, '(?<![.\w])(clock_timestamp|now)\(\)', 'told.\1()', 'g');

do $$
declare
    v_made text;
begin
    for v_made in
        select pg_temp.told(pg_get_functiondef(p.oid))
        from pg_proc as p
        where p.pronamespace::regnamespace::text in ('monitoring', 'tradelatch')
            and p.prokind = 'f'
            and pg_temp.told(pg_get_functiondef(p.oid)) <> pg_get_functiondef(p.oid)
        union all
        select format(
            'create or replace view %s %s as %s',
            c.oid::regclass, 'with (' || array_to_string(c.reloptions, ', ') || ')', pg_temp.told(pg_get_viewdef(c.oid))
        )
        from pg_class as c
        where c.relnamespace::regnamespace::text in ('monitoring', 'tradelatch')
            and c.relkind = 'v'
            and pg_temp.told(pg_get_viewdef(c.oid)) <> pg_get_viewdef(c.oid)
        union all
        select format(
            'alter table %s alter %I set default %s',
            d.adrelid::regclass, a.attname, pg_temp.told(pg_get_expr(d.adbin, d.adrelid))
        )
        from pg_attrdef as d
        join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
        join pg_class as c on c.oid = d.adrelid
        where c.relnamespace::regnamespace::text in ('monitoring', 'tradelatch')
            and pg_temp.told(pg_get_expr(d.adbin, d.adrelid)) <> pg_get_expr(d.adbin, d.adrelid)
    loop
        execute v_made;
    end loop;
end
$$;
"""


@dataclass
class ClockedDesk(Desk):
    """A desk whose time stands still until somebody waits."""

    def __post_init__(self) -> None:
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            with connection.transaction():
                connection.execute(FIXED)
            name = Identifier(connection.info.dbname)
            connection.execute(SQL("alter database {} set search_path = told, pg_catalog, public").format(name))

    def age(self, interval: str = "2 hours", **_: object) -> None:
        """So much time goes by."""
        with psycopg.connect(self.superuser) as connection:
            connection.execute("update told.clock set at = at + %s::interval", [interval])

    def now(self) -> datetime:
        """The time."""
        with psycopg.connect(self.superuser) as connection:
            ((at,),) = connection.execute("select at from told.clock").fetchall()
        return at  # type: ignore[no-any-return]
