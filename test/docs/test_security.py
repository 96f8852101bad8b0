"""docs/security.md: its statements run, and then each login tries what it must not do."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

PAGE = (Path(__file__).parents[2] / "docs/security.md").read_text()
BLOCKS = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
LOGINS = re.findall(r"^create role (\w+) login", "".join(BLOCKS), re.MULTILINE)
TABLE = dict(re.findall(r"^\| [^|]+ \| `(\w+)` \| `tradelatch_(\w+)` \|", PAGE, re.MULTILINE))

CREATE = "select tradelatch.create_position('binance', '{}USDT', 'long', 1, 100, account => '{}')"
READS = "select count(*) from tradelatch.positions"
FINDINGS = "select tradelatch.record_findings()"
MARKS = "select tradelatch.record_marks('binance', '[]', account => 'momentum')"
RELEASE = "select tradelatch.release_position(-1, 'mine')"
GRANT = "select tradelatch.grant_account('metrics')"
TABLES = ["select * from monitoring.positions", "delete from monitoring.alerts", "set role tradelatch_owner"]
TEMPORARY = "create temporary table mine (id int)"

# What each may call, of these; the rest is refused to it.
MAY = {
    "bot_momentum": {CREATE.format("A", "momentum"), READS, FINDINGS, MARKS},
    "recovery": {CREATE.format("B", "momentum"), CREATE.format("B", "other"), READS, FINDINGS, MARKS},
    "alerting": {READS, FINDINGS},
    "metrics": {READS},
    "prices": {MARKS},
    "alice": {CREATE.format("C", "momentum"), CREATE.format("C", "other"), READS, FINDINGS, MARKS, RELEASE, GRANT},
}
LETTERS = {"bot_momentum": "A", "recovery": "B", "alerting": "D", "metrics": "E", "prices": "F", "alice": "C"}


@pytest.fixture(scope="module")
def secured(server: Any, template: str) -> Iterator[Any]:
    """A database on which the page's statements were run, in their order."""
    name = server.create_database(template)
    with psycopg.connect(server.dsn_of(name), autocommit=True) as connection:
        connection.execute("create role stranger login")
        try:
            for block in BLOCKS:
                connection.execute(re.sub(r"\bdatabase trading\b", f"database {name}", block))
            yield lambda login: psycopg.connect(server.dsn_of(name, user=login), autocommit=True)
        finally:
            for login in [*LOGINS, "stranger"]:
                connection.execute(f"drop owned by {login}")
                connection.execute(f"drop role {login}")
    server.drop_database(name)


def refused(connection: Any, statement: str) -> str:
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        return str(error.sqlstate)
    return ""


def test_the_table_names_the_logins_that_the_statements_make() -> None:
    assert sorted(TABLE) == sorted(LOGINS) == sorted(MAY)
    grants = re.findall(r"^grant tradelatch_(\w+) to (.*);$", "".join(BLOCKS), re.MULTILINE)
    assert {login: role for role, logins in grants for login in logins.split(", ")} == TABLE


def test_a_login_that_was_granted_nothing_does_not_come_in(secured: Any) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        secured("stranger")


@pytest.mark.parametrize("login", MAY)
def test_each_login_can_do_what_it_is_for_and_nothing_else(secured: Any, login: str) -> None:
    letter = LETTERS[login]
    tried = {
        CREATE.format(letter, "momentum"), CREATE.format(letter, "other"), READS, FINDINGS, MARKS, RELEASE, GRANT,
        TEMPORARY, *TABLES,
    }  # fmt: skip
    with secured(login) as connection:
        answers = {statement: refused(connection, statement) for statement in tried}
    expected = dict.fromkeys(tried, "42501") | dict.fromkeys(MAY[login], "")
    if RELEASE in MAY[login]:
        expected[RELEASE] = "TL004"  # it may, and there is no such position
    assert answers == expected


def test_what_hangs_is_ended(secured: Any) -> None:
    for login in ("bot_momentum", "recovery", "prices"):
        with secured(login) as connection:
            for setting in ("idle_in_transaction_session_timeout", "statement_timeout"):
                assert connection.execute(f"show {setting}").fetchone() != ("0",), (login, setting)


def test_no_login_takes_all_connections(secured: Any) -> None:
    with secured("alice") as connection:
        limits = connection.execute("select rolconnlimit from pg_roles where rolname = any(%s)", [LOGINS]).fetchall()
    assert len(limits) == len(LOGINS)
    assert all(0 < limit <= 20 for (limit,) in limits)


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([\w.]+)\)", PAGE):
        assert (Path(__file__).parents[2] / "docs" / target).exists()
