"""`tradelatch deploy` and `verify`, on a database of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest


@pytest.fixture
def empty(server: Any, template: str) -> Iterator[str]:
    """A database without the plan, on a server that has its roles already."""
    name = server.create_database()
    yield server.dsn_of(name)
    server.drop_database(name)


def test_deploy_and_verify(run: Any, empty: str) -> None:
    printed = run("--dsn", empty, "deploy")
    assert (printed.status, printed.err) == (0, "")
    assert "functions/schema_version" in printed.out
    with psycopg.connect(empty) as connection:
        assert connection.execute("select tradelatch.schema_version()").fetchone() == ("1",)
    again = run("--dsn", empty, "deploy")
    assert (again.status, again.out.strip().splitlines()[-1]) == (0, "Nothing to deploy (up-to-date)")
    printed = run("--dsn", empty, "verify")
    assert (printed.status, printed.err) == (0, "")
    assert printed.out.endswith("Verify successful\n")

    with psycopg.connect(empty) as connection:
        connection.execute("drop index monitoring.idx_unique_active_position")
    printed = run("--dsn", empty, "verify")
    assert printed.status == 1
    assert "idx_unique_active_position" in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize("command", ["deploy", "verify"])
def test_a_missing_sqitch_is_one_line(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    printed = run("--dsn", "host=/nowhere", command)
    assert printed.status == 2
    assert printed.err.startswith("tradelatch: sqitch is not installed")
    assert len(printed.err.splitlines()) == 1
