"""The demo as people run it: what it prints, how it ends, and that it would notice if tradelatch did not hold."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from tradelatch import AsyncClient, Receipt
from tradelatch.incidents.demo import __main__ as demo
from tradelatch.incidents.demo.incidents import APTUSDT
from tradelatch.incidents.reproduce import bots

from ..unguarded import unguard

COMMAND = [sys.executable, "-m", "tradelatch.incidents.demo"]
COLOUR = ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS")


def environment(dsn: str, **settings: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in COLOUR}
    return plain | {"TRADELATCH_DSN": dsn, "TERM": "xterm-256color"} | settings


def run(dsn: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(COMMAND, env=environment(dsn, **settings), capture_output=True, text=True, timeout=60)


def scratch_databases(server_dsn: str) -> set[str]:
    with psycopg.connect(server_dsn) as connection:
        rows = connection.execute("select datname from pg_database where datname like 'tradelatch\\_demo\\_%'")
        return {name for (name,) in rows}


@pytest.fixture(scope="module")
def server_dsn(server: Any) -> str:
    return str(server.dsn)


@pytest.fixture(scope="module")
def printed(server_dsn: str) -> str:
    """What a whole run prints into a pipe."""
    done = run(server_dsn)
    assert (done.returncode, done.stderr) == (0, "")
    assert not scratch_databases(server_dsn)
    return done.stdout


def section(printed: str, title: str) -> str:
    """The part under a title, blanks and line breaks made one blank."""
    return " ".join(printed.split(f"\n{title}\n")[1].split("\n\n")[0].split())


def test_a_pipe_gets_80_columns_of_plain_text(printed: str) -> None:
    assert printed.isascii()
    assert "\x1b" not in printed
    for line in printed.splitlines():
        assert len(line) <= 80
        assert line == line.rstrip()


def test_the_legacy_flow_ends_in_the_real_violation(printed: str) -> None:
    left = " ".join(line[14:46].strip() for line in printed.splitlines())
    assert (
        "UniqueViolationError: duplicate key value violates unique constraint "
        '"idx_unique_active_position" DETAIL:  Key (symbol, exchange)=(APTUSDT, binance) already exists.'
    ) in left
    assert "row 2548, active: short 61.8 at 3.2333" in left
    assert "order 53190368" in left
    right = section(printed, "APTUSDT on the legacy flow")
    for moment in ("21:50:40.981 row 2548", "21:50:44.738 the exchange lists short 61.0", "21:50:45.914 Unique"):
        assert moment in right
    assert "row 2549, active: short 61.0 at 3.2295" in right


def test_on_tradelatch_the_synchronizer_gets_existing(printed: str) -> None:
    text = section(printed, "APTUSDT on tradelatch")
    assert "existing: row 2548 claims it, no order to send" in text
    assert text.endswith("21:50:45.914 row 2548 to active")


def test_the_rollback_doubles_and_does_not(printed: str) -> None:
    assert "sends BUY 43 13:19:10.916 position: long 86" in section(printed, "AVLUSDT on the legacy flow")
    text = section(printed, "AVLUSDT on tradelatch")
    assert "sends close SELL 43 reduce-only" in text
    assert "position: flat" in text


def test_the_verdict(printed: str) -> None:
    verdict = re.sub(" +", " ", printed[printed.rindex("\nAPTUSDT ") :])
    for fact in (
        "rows opened 2: 2548 rolled_back, 2549 1: 2548 active",
        "on the exchange flat short 61.0",
        "in the book short 61.0 short 61.0",
        "on the exchange long 86 flat",
        "closing orders BUY 43 SELL 43 reduce-only",
        "tradelatch held",
    ):
        assert fact in verdict


@contextmanager
def terminal(server_dsn: str, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A run in a terminal, and the end of it to read from."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        COMMAND, env=environment(server_dsn, **settings), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read(fd: int, until: bytes | None = None) -> bytes:
    """What arrives, to the end or until this has arrived."""
    seen = b""
    while until is None or until not in seen:
        try:
            chunk = os.read(fd, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        seen += chunk
    return seen


def test_a_terminal_gets_colour_and_time_to_read(server_dsn: str) -> None:
    with terminal(server_dsn) as (process, fd):
        seen = read(fd)
        assert process.wait(timeout=10) == 0
    assert b"\x1b[1;31m" in seen
    assert b"\x1b[32m" in seen


def test_ctrl_c_ends_it_cleanly(server_dsn: str) -> None:
    with terminal(server_dsn, NO_COLOR="1") as (process, fd):
        seen = read(fd, until=b"sends entry")
        assert scratch_databases(server_dsn)
        process.send_signal(signal.SIGINT)
        seen += read(fd)
        assert process.wait(timeout=10) == 130
    assert b"Traceback" not in seen
    assert b"\x1b[3" not in seen
    assert not scratch_databases(server_dsn)


def test_a_closed_pipe_leaves_no_database(server_dsn: str) -> None:
    with subprocess.Popen(COMMAND, env=environment(server_dsn), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=60)
    assert not scratch_databases(server_dsn)


@pytest.mark.parametrize(
    "dsn", ["postgresql://nobody@localhost:1/none", "host=/nowhere dbname=none", "no dsn at all", "postgresql://%zz"]
)
def test_without_a_database_one_clear_line(dsn: str) -> None:
    began = time.monotonic()
    done = run(dsn)
    assert time.monotonic() - began < 5
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("tradelatch.incidents.demo: no database: ")


def test_wrong_usage_is_2() -> None:
    done = subprocess.run([*COMMAND, "--fast"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "--fast" in done.stderr


@pytest.fixture
def main_on(database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the demo in this process, on a database that is deployed already; its exit status and output."""

    @contextmanager
    def ready(dsn: str, purpose: str) -> Iterator[str]:
        yield database

    monkeypatch.setattr(demo, "scratch_database", ready)
    monkeypatch.setattr(demo, "deploy_with_psql", lambda dsn: None)

    def main() -> tuple[int, str]:
        status = demo.main([])
        return status, " ".join(capsys.readouterr().out.split())

    return main


def test_it_holds_on_a_deployed_database(main_on: Any) -> None:
    status, printed = main_on()
    assert status == 0
    assert "tradelatch held" in printed


def test_without_index_and_lock_it_does_not_hold(main_on: Any, database: str) -> None:
    unguard(database)
    status, printed = main_on()
    assert status == 1
    assert "APTUSDT: 2 rows were opened for one position" in printed
    assert "tradelatch held" not in printed


def test_a_client_that_lets_the_second_one_trade_does_not_hold(main_on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Careless(AsyncClient):
        async def adopt_position(self, **arguments: Any) -> Receipt:  # type: ignore[override]
            return await super().adopt_position(account="another", **arguments)

    monkeypatch.setattr(demo, "AsyncClient", Careless)
    status, printed = main_on()
    assert status == 1
    assert "APTUSDT: 2 rows were opened for one position" in printed
    assert "APTUSDT: the stop-loss on the exchange is not that of the position" in printed


def test_a_close_on_the_wrong_side_does_not_hold(main_on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send = bots.send

    async def wrong_side(exchange: Any, symbol: str, order: Any, *others: Any) -> Any:
        if order.kind == "close":
            order = replace(order, side="buy", reduce_only=False)
        return await send(exchange, symbol, order, *others)

    monkeypatch.setattr(bots, "send", wrong_side)
    status, printed = main_on()
    assert status == 1
    assert "AVLUSDT: the exchange is long 86, not flat" in printed


def test_where_the_legacy_flow_does_not_fail_nothing_was_shown(main_on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "APTUSDT", replace(APTUSDT, synchronizer_after=30))
    status, printed = main_on()
    assert status == 1
    assert "APTUSDT: the legacy flow did not fail" in printed
