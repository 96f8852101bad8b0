"""A database that exists as long as somebody plays in it."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ...deployment import roles_as_before

CONNECT_SECONDS = 4


class NoDatabase(Exception):
    """There is no server, or none that lets us create a database."""


@contextmanager
def scratch_database(dsn: str, purpose: str) -> Iterator[str]:
    """The DSN of a new database on the server of `dsn`, which is dropped again whatever happens."""
    name = f"tradelatch_{purpose}_{secrets.token_hex(4)}"
    with ExitStack() as afterwards:
        try:
            admin = psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)
            afterwards.enter_context(admin)
            afterwards.enter_context(roles_as_before(dsn))
            admin.execute(sql.SQL("create database {} template template0 encoding 'utf8'").format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise NoDatabase("no database: " + " ".join(str(error).split())) from error
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
