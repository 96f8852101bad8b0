"""A standby is read by everything that reads, which says that it is one; what writes is refused there."""

import io
import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta

import psycopg
import pytest
from tradelatch import Client, Unavailable
from tradelatch.__main__ import main
from tradelatch.cli import COMMANDS
from tradelatch.watching.alerts import AlertLog, Listener, Schedule, follow
from tradelatch.watching.bounded import bounded

from ..watching.terminal import Terminal
from .commands import Command
from .servers import Servers, until

# Commands that only read. P: the number of a position; NEW: a file that is not there.
READING = [
    "positions --json",
    "positions --all --csv",
    "orders",
    "orders P --json",
    "timeline P",
    "timeline APTUSDT --json",
    "backups",
    "accounts",
    "accounts --grant postgres",  # to show what would be
    "aliases --exchange binance",
    "recover",
    "after-restore --reason x",
    "archive NEW",
]
# What they print is other after a while.
OF_THE_MOMENT = [
    "positions",
    "status",
    "status --symbol APTUSDT",
    "status --json",
    "diagnose",
    "diagnose --json",
    "verify",
]
# Commands that write, without --confirm too: a dry run is the true call, taken back.
WRITING = [
    "reconcile --exchange binance --snapshot LIST --complete --observed-at now",
    "reconcile --exchange binance --orders LIST --complete --observed-at now",
    "reconcile --exchange binance --live",
    "recover --confirm",
    "recover --watch 1s --confirm",
    "cleanup all",
    "cleanup all --confirm",
    "restore 00000000-0000-0000-0000-000000000000",
    "restore 00000000-0000-0000-0000-000000000000 --confirm",
    "accounts --grant postgres --confirm",
    "accounts --revoke postgres --confirm",
    "aliases --exchange binance --live --confirm",
    "after-restore --reason x --confirm",
    "orders P --ended x",
    "orders P --ended x --confirm",
    "archive NEW --confirm",
    "deploy",
    *(
        f"{words}{confirm}"
        for words in (
            "take-over P --reason x",
            "close P --reason x",
            "resize P --quantity 2 --reason x",
            "stop-loss P --price 80 --reason x",
            "stop-loss P --move-to 80 --reason x",
            "stop-loss P --gone --reason x",
            "settle OVER --realized-pnl 1 --reason x",
            "release P --reason x",
            "adopt --exchange binance --symbol ETHUSDT --side long --quantity 1 --average-price 1",
        )
        for confirm in ("", " --confirm")
    ),
]
# They look at no book: files, an exchange, and a database without one.
WITHOUT_A_BOOK = {"analyze-logs", "exchange-check", "reproduce"}
LONG = {"watch", "metrics"}  # which have tests of their own


def run(dsn: str, words: Sequence[str]) -> tuple[int, str, str]:
    """A command in this process: its exit status, and what it printed."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as error:
        status = main(["--dsn", dsn, *words])
    return status, out.getvalue(), error.getvalue()


@pytest.fixture(scope="module")
def book(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """A position that is open and one that is over, on the standbys too; the words of a command on them."""
    with Client(servers.primary.dsn) as client:
        opened = client.create_position("binance", "APTUSDT", "long", 10, 100)
        protected = client.confirm_entry(opened.position_id, opened.fence, 10, average_price=100)
        assert protected.next_order is not None
        client.activate_position(opened.position_id, opened.fence, 90, protected.next_order.client_order_id)
        over = client.create_position("binance", "BTCUSDT", "long", 10, 100)
        client.release_position(over.position_id, "a test")
    caught_up(servers)
    folder = tmp_path_factory.mktemp("book")
    (folder / "list.json").write_text("[]")
    named = {
        "P": str(opened.position_id),
        "OVER": str(over.position_id),
        "LIST": str(folder / "list.json"),
        "NEW": str(folder / "new.jsonl"),
    }
    return lambda command: [named.get(word, word) for word in command.split()]


def caught_up(servers: Servers) -> None:
    """The synchronous standby has replayed all of it."""
    ((written,),) = servers.primary.ask("select pg_current_wal_lsn()::text")
    replayed = f"select pg_last_wal_replay_lsn() >= '{written}'"
    until(lambda: servers.synchronous.ask(replayed) == [(True,)], "the standby has it")


def test_what_reads(servers: Servers, book: Callable[[str], list[str]]) -> None:
    primary, dsn = servers.primary.dsn, servers.synchronous.dsn
    for command in READING:
        name = command.partition(" ")[0]
        code, printed, error = run(dsn, book(command))
        assert (code, printed) == run(primary, book(command))[:2], command
        assert re.fullmatch(rf"{name}: read from a standby, \d+ s behind\n", error), command
    for command in OF_THE_MOMENT:
        code, printed, error = run(dsn, book(command))
        assert code == run(primary, book(command))[0], command
        assert re.search(r"a standby, [\d.]+ ?s behind|\"behind\": \d", printed + error), command
    assert json.loads(run(primary, ["status", "--json"])[1])["behind"] is None


def test_what_writes(servers: Servers, book: Callable[[str], list[str]]) -> None:
    before = servers.primary.ask("select count(*) from monitoring.position_events")
    for command in WRITING:
        began = time.monotonic()
        code, printed, error = run(servers.synchronous.dsn, book(command))
        assert (code, printed, error.count("\n")) == (2, "", 1), f"{command}\n{printed}{error}"
        assert "takes no writes: name its primary" in error, error
        assert time.monotonic() - began < 5, command
    assert servers.primary.ask("select count(*) from monitoring.position_events") == before


def test_every_command_is_one_of_them() -> None:
    tried = {command.partition(" ")[0] for command in [*READING, *OF_THE_MOMENT, *WRITING]}
    assert set(COMMANDS) == tried | WITHOUT_A_BOOK | LONG


def test_the_views(servers: Servers, book: Callable[[str], list[str]]) -> None:
    """Each of them shows what it shows on the primary, and so do the functions that read."""
    asked = "select table_name::text from information_schema.views where table_schema = 'tradelatch'"
    names = [name for (name,) in servers.primary.ask(asked)]
    assert len(names) > 5
    for name in names:
        count = f"select count(*) from tradelatch.{name}"
        assert servers.synchronous.ask(count) == servers.primary.ask(count), name


def test_a_client_waits_for_a_primary(servers: Servers, book: Callable[[str], list[str]]) -> None:
    """It reads at once; what writes is tried until its time is up."""
    with Client(servers.synchronous.dsn, timeout=2) as client:
        assert [row.symbol for row in client.open_positions()] == ["APTUSDT"]
        with pytest.raises(Unavailable, match="read-only"):
            client.begin_close(int(book("P")[0]), "x")


def test_the_screen(servers: Servers, book: Callable[[str], list[str]]) -> None:
    terminal = Terminal(servers.synchronous.dsn)
    try:
        terminal.until("a standby, ")
        terminal.until("APTUSDT")
        terminal.press("q")
        assert terminal.process.wait(5) == 0
    finally:
        terminal.close()


def test_metrics(servers: Servers) -> None:
    for server, has_line in ((servers.synchronous, True), (servers.primary, False)):
        metrics = Command(server.dsn, "metrics", "--listen", "127.0.0.1:0")
        until(lambda metrics=metrics: metrics.errors, "metrics are served")  # type: ignore[misc]
        scraped = metrics.scrape()
        assert "\ntradelatch_up 1.0" in scraped
        assert ("\ntradelatch_standby_behind_seconds " in scraped) == has_line
        metrics.end()


def test_alerts_of_a_standby_that_is_met_for_a_while(servers: Servers) -> None:
    """It is read without LISTEN; on the primary, record_findings is called again, and none comes twice."""
    servers_met = [servers.synchronous.dsn, servers.primary.dsn]
    told: list[str] = []
    listener = Listener(lambda: psycopg.connect(servers_met[0], autocommit=True))
    alerts = follow(
        listener, AlertLog(timedelta(minutes=1)), Schedule(), 0.05, (psycopg.OperationalError,),
        told.append, time.sleep,
    )  # fmt: skip
    with Client(servers.primary.dsn) as client:
        prevented = []
        for symbol in ("BTCUSDT", "ETHUSDT"):
            client.create_position("binance", symbol, "long", 1, 1)
            client.create_position("binance", symbol, "long", 1, 1)
            prevented.append(symbol)
            while next(alerts).alert.symbol != symbol:
                pass
            servers_met[:] = [servers.primary.dsn] * 2
            listener.lose()
        for _ in range(2):
            client.create_position("binance", "SOLUSDT", "long", 1, 1)
        assert next(alerts).alert.symbol == "SOLUSDT"
    assert told == ["a standby: record_findings must be called on its primary"]
    listener.lose()


def test_a_frozen_server_ends_no_reader(servers: Servers) -> None:
    with psycopg.connect(servers.asynchronous.dsn, autocommit=True) as connection:
        connection.execute("select 1")
        servers.asynchronous.freeze()
        try:
            with pytest.raises(psycopg.OperationalError), bounded(connection, 0.3):
                connection.execute("select 1")
        finally:
            servers.asynchronous.thaw()
