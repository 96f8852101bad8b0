"""A database that exists as long as somebody plays in it."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ...project import sqitch_project

CONNECT_SECONDS = 4


class NoDatabase(Exception):
    """There is no server, or none that lets us create a database."""


@contextmanager
def scratch_database(dsn: str, purpose: str) -> Iterator[str]:
    """The DSN of a new database on the server of `dsn`, which is dropped again whatever happens.

    Roles belong to the whole server: if tradelatch had none there before, the plan's own revert script takes away
    those that nobody else has begun to use.
    """
    name = f"tradelatch_{purpose}_{secrets.token_hex(4)}"
    with ExitStack() as afterwards:
        try:
            admin = psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)
            afterwards.enter_context(admin)
            had_roles = _has_roles(admin)
            admin.execute(sql.SQL("create database {} template template0 encoding 'utf8'").format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise NoDatabase("no database: " + " ".join(str(error).split())) from error
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            if not had_roles and _has_roles(admin):
                admin.execute((sqitch_project() / "revert/roles/all.sql").read_bytes())


def _has_roles(connection: psycopg.Connection) -> bool:
    return connection.execute("select from pg_roles where rolname like 'tradelatch\\_%'").fetchone() is not None
