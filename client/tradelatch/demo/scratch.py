"""A database that exists as long as the demo needs it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ..project import sqitch_project

CONNECT_SECONDS = 4


class NoDatabase(Exception):
    """There is no server, or none that lets us create a database."""


@contextmanager
def scratch_database(dsn: str) -> Iterator[str]:
    """The DSN of a new database on the server of `dsn`, which is dropped again whatever happens.

    Roles belong to the whole server: if tradelatch had none there before, the plan's own revert script takes away
    those that nobody else has begun to use.
    """
    name = f"tradelatch_demo_{secrets.token_hex(4)}"
    try:
        admin = psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)
        had_roles = _has_roles(admin)
        admin.execute(sql.SQL("create database {} template template0 encoding 'utf8'").format(sql.Identifier(name)))
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise NoDatabase(f"no database: {reason} (`make demo` starts one; TRADELATCH_DSN names another)") from error
    with admin:
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            if not had_roles and _has_roles(admin):
                admin.execute((sqitch_project() / "revert/roles/all.sql").read_bytes())


def _has_roles(connection: psycopg.Connection) -> bool:
    return connection.execute("select from pg_roles where rolname like 'tradelatch\\_%'").fetchone() is not None
