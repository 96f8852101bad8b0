"""docs/security.md: its statements run, and then each login tries what it must not do."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tradelatch import Client, PermissionDenied
from tradelatch.watching.book import read_book

from ..watching.prometheus import running_exporter

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
AT_ONCE = timedelta(microseconds=1)

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
def dsn_of(server: Any, template: str) -> Iterator[Any]:
    """A database on which the page's statements were run, in their order."""
    name = server.create_database(template)
    with psycopg.connect(server.dsn_of(name), autocommit=True) as connection:
        connection.execute("create role stranger login")
        try:
            for block in BLOCKS:
                connection.execute(re.sub(r"\bdatabase trading\b", f"database {name}", block))
            yield lambda login: server.dsn_of(name, user=login)
        finally:
            for login in [*LOGINS, "stranger"]:
                connection.execute(f"drop owned by {login}")
                connection.execute(f"drop role {login}")
    server.drop_database(name)


@pytest.fixture(scope="module")
def secured(dsn_of: Any) -> Any:
    """`secured(login)` is a connection."""
    return lambda login: psycopg.connect(dsn_of(login), autocommit=True)


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


def test_a_price_feed_uses_the_client(dsn_of: Any) -> None:
    with Client(dsn_of("recovery")) as bot:
        position = bot.create_position("binance", "FEDUSDT", "long", 1, 100, account="momentum")
        with Client(dsn_of("prices")) as feed:
            marks = [{"symbol": "FED/USDT:USDT", "price": "101.5", "unrealized_pnl": "1.5"}]
            assert feed.record_marks("binance", marks, account="momentum") == 1
            assert feed.record_aliases("bybit", {"FEDPERP": "FED/USDC:USDC"}) == 1
            with pytest.raises(PermissionDenied):
                feed.positions()
        (marked,) = [row for row in bot.positions() if row.position_id == position.position_id]
        assert marked.mark_price == Decimal("101.5")
        bot.cancel_position(position.position_id, position.fence, "over")


def tradelatch(dsn: str, *arguments: str) -> Any:
    command = [sys.executable, "-m", "tradelatch", "--dsn", dsn, *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize("login", ["alerting", "metrics"])
def test_who_watches_sees_the_screens(dsn_of: Any, login: str) -> None:
    dsn = dsn_of(login)
    assert "open_positions" in tradelatch(dsn, "status")["health"]
    assert tradelatch(dsn, "diagnose")["findings"] == []
    with running_exporter(dsn) as exporter, urllib.request.urlopen(f"http://{exporter}/metrics", timeout=20) as page:
        assert b"tradelatch_up 1.0" in page.read()
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert read_book(connection, timedelta(minutes=5)).health.open_positions >= 0


def test_the_alerts_are_raised_and_printed_by_the_login_for_that(dsn_of: Any, tmp_path: Path) -> None:
    with Client(dsn_of("bot_momentum")) as bot:
        exposed = bot.create_position("binance", "BAREUSDT", "long", 1, 100, account="momentum", lease=AT_ONCE)
        bot.confirm_entry(exposed.position_id, exposed.fence, 1)
        with psycopg.connect(dsn_of("alice"), autocommit=True) as operator:
            operator.execute("select tradelatch.set_stale_after('1 microsecond')")
        command = [sys.executable, "-m", "tradelatch", "--dsn", dsn_of("alerting"), "watch", "--alerts"]
        command += ["--state", str(tmp_path / "state")]
        watch = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            told = json.loads(watch.stdout.readline())
        finally:
            watch.kill()
            _, errors = watch.communicate()
        assert (told["alert"], told["symbol"], errors) == ("no_stop_loss", "BAREUSDT", "")
        bot.confirm_close(exposed.position_id, "over")


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
