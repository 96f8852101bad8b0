"""The pgTAP files, each run by pg_prove in one database that they share and leave as it was."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tradelatch.programs import libpq_environment

from .choose import NOT_PGTAP

HERE = Path(__file__).parent
FILES = sorted(
    str(path.relative_to(HERE)) for path in HERE.rglob("*.sql") if path.relative_to(HERE).parts[0] not in NOT_PGTAP
)


@pytest.fixture(scope="module")
def environment(server, template) -> Iterator[dict[str, str]]:
    """How pg_prove reaches a copy of the template with pgTAP in the schema `tap`."""
    name = server.create_database(template)
    dsn = server.dsn_of(name)
    with psycopg.connect(dsn) as connection:
        connection.execute("create schema tap")
        connection.execute("create extension pgtap schema tap")
    yield libpq_environment(dsn)
    server.drop_database(name)


@pytest.mark.parametrize("file", FILES)
def test_pgtap(environment: dict[str, str], file: str) -> None:
    done = subprocess.run(
        ["pg_prove", "--ext", ".sql", "--failures", file],
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        pytest.fail(done.stdout, pytrace=False)
