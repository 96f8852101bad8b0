"""One database for the whole module; what must repeat is rolled back."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import namedtuple_row


@pytest.fixture(scope="module")
def database(server: Any, template: str) -> Iterator[str]:
    """The name of a fresh database with the plan deployed."""
    name = server.create_database(template)
    yield name
    server.drop_database(name)


@pytest.fixture(scope="module")
def admin(server: Any, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser, who looks on."""
    with psycopg.connect(server.dsn_of(database), autocommit=True, row_factory=namedtuple_row) as connection:
        yield connection


@pytest.fixture(scope="module")
def bot(server: Any, database: str, logins: dict[str, dict[str, str]]) -> Iterator[psycopg.Connection[Any]]:
    """A login that is a member of tradelatch_bot alone."""
    dsn = server.dsn_of(database, **logins["bot"])
    with psycopg.connect(dsn, autocommit=True, row_factory=namedtuple_row) as connection:
        yield connection
