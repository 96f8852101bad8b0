"""`tradelatch deploy` and `verify`, on a database of their own."""

import re
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


def test_a_refusal_leaves_no_registry(run: Any, empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("create schema monitoring; create table monitoring.positions (id integer)")
        printed = run("--dsn", empty, "deploy")
        assert printed.status == 1
        assert "TL007: monitoring.positions cannot be taken over as it is" in printed.err
        assert connection.execute("select to_regnamespace('sqitch')").fetchone() == (None,)


@pytest.mark.parametrize("command", ["deploy", "verify"])
def test_a_missing_sqitch_is_one_line(
    run: Any, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    printed = run("--dsn", empty, command)
    assert printed.status == 2
    assert printed.err.startswith("tradelatch: sqitch is not installed")
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize("login", ["operator", "reader"])
def test_a_login_that_cannot_read_the_registry(run: Any, database: str, as_role: Any, login: str) -> None:
    """sqitch would take the registry for an old one, and advise an upgrade of a healthy database."""
    with psycopg.connect(database) as connection:
        connection.execute("create schema sqitch; create table sqitch.changes (change text)")
    printed = run("--dsn", as_role(login), "verify")
    assert (printed.status, printed.err) == (0, ""), printed.out
    said, counted = printed.out.splitlines()
    assert "cannot use sqitch's registry" in said
    assert "that each object is there, the source of each function, that indexes are valid and triggers enabled" in said
    assert "Not compared: grants, owners, comments, columns, constraints and the text of views." in said
    assert re.fullmatch(
        r"All \d{3} are there: \d+ domains, \d+ functions, \d+ indexes, \d+ sequences, \d+ tables,"
        r" \d+ triggers, \d+ types, \d+ views\.",
        counted,
    ), counted
    assert "upgrade" not in printed.out


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("drop index monitoring.idx_unique_active_position", "index monitoring.idx_unique_active_position is missing"),
        (
            "update pg_index set indisvalid = false"
            " where indexrelid = 'monitoring.idx_unique_active_position'::regclass",
            "index monitoring.idx_unique_active_position is invalid",
        ),
        ("alter table monitoring.positions disable trigger positions_guard", "positions_guard is disabled"),
        ("drop view tradelatch.health", "view tradelatch.health is missing"),
        (
            "create or replace function tradelatch.schema_version() returns text language plpgsql immutable"
            " as 'begin return 7; end'",
            "function tradelatch.schema_version is not this version's",
        ),
    ],
)
def test_what_the_catalogue_lacks(run: Any, database: str, reader_dsn: str, broken: str, said: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("set allow_system_table_mods = on")
        connection.execute(broken)
    printed = run("--dsn", reader_dsn, "verify")
    assert (printed.status, said in printed.out) == (1, True)
