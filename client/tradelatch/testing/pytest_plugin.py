"""Fixtures for the tests of a bot: `pytest_plugins = ["tradelatch.testing.pytest_plugin"]` in its conftest.py.

`tradelatch_database` is the DSN of a fresh database with the plan deployed, gone when the test ends. It is made on the
server of TRADELATCH_TEST_DSN, as a user who may create databases and roles; without it, on a private one, by a
PostgreSQL that is installed, else by the one that the extra `tradelatch[postgres]` brings. Deploying takes psql alone.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ..cluster import private_cluster
from ..deployment import deploy_with_psql, roles_as_before


@pytest.fixture(scope="session")
def tradelatch_server() -> Iterator[str]:
    """The DSN of the server that the databases are made on."""
    if dsn := os.environ.get("TRADELATCH_TEST_DSN"):
        yield dsn
    else:
        with private_cluster(durable=False) as cluster:
            yield cluster.dsn("postgres")


@pytest.fixture(scope="session")
def tradelatch_template(tradelatch_server: str) -> Iterator[str]:
    """The name of a database with the plan deployed, to be copied. The server's roles are left as they were."""
    with roles_as_before(tradelatch_server), ExitStack() as afterwards:
        name = _create(tradelatch_server, "template0")
        afterwards.callback(_drop, tradelatch_server, name)
        deploy_with_psql(make_conninfo(tradelatch_server, dbname=name))
        yield name


@pytest.fixture
def tradelatch_database(tradelatch_server: str, tradelatch_template: str) -> Iterator[str]:
    """The DSN of a fresh database with the plan deployed."""
    name = _create(tradelatch_server, tradelatch_template)
    yield make_conninfo(tradelatch_server, dbname=name)
    _drop(tradelatch_server, name)


def _create(server: str, template: str) -> str:
    name = f"tradelatch_test_{secrets.token_hex(4)}"
    _execute(server, "create database {} template {}", name, template)
    return name


def _drop(server: str, name: str) -> None:
    _execute(server, "drop database if exists {} with (force)", name)


def _execute(server: str, statement: LiteralString, *names: str) -> int:
    """How many rows there are."""
    with psycopg.connect(server, autocommit=True) as connection:
        return connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names))).rowcount
