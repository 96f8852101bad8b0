"""What commands print on terminals of several sizes, on a dumb one, in ASCII, and in a pipe."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict
from rich.cells import cell_len

from .desk import Desk

PROGRAM = [sys.executable, "-m", "tradelatch"]


@pytest.fixture
def book(desk: Desk) -> Desk:
    desk.open("APTUSDT")
    desk.open("1000000MOGUSDT", status="pending_sl", exchange="bybit", account="grid-bot")
    desk.open("币安人生USDT", "short", status="pending_rollback", account="sub-1")
    desk.age()
    desk.client.record_marks("binance", [{"symbol": "APTUSDT", "price": "101.5", "unrealized_pnl": "7.5"}])
    return desk


def on_terminal(desk: Desk, width: int, *arguments: str, **variables: str) -> list[str]:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment
        | {"TRADELATCH_DSN": desk.dsn, "TERM": "xterm", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", **variables},
    )
    os.close(follower)
    printed = b""
    while True:
        try:
            some = os.read(leader, 65536)
        except OSError:
            break
        if not some:
            break
        printed += some
    os.close(leader)
    process.wait()
    return printed.decode().replace("\r", "").splitlines()


def in_pipe(desk: Desk, *arguments: str, **variables: str) -> Any:
    environment = os.environ | {"TRADELATCH_DSN": desk.dsn, **variables}
    return subprocess.run([*PROGRAM, *arguments], env=environment, capture_output=True, text=True, check=False)


IDENTITY = ["id", "exchange", "account", "symbol", "side", "quantity"]


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (80, ["status", "stop", "age"]),
        (86, ["status", "stop", "age", "lease"]),
        (100, ["status", "stop", "age", "lease", "mark", "profit"]),
        (120, ["status", "stop", "age", "lease", "average", "mark", "profit"]),
        (160, ["status", "stop", "age", "lease", "average", "mark", "profit"]),
    ],
)
def test_columns_give_way_by_importance(book: Desk, width: int, columns: list[str]) -> None:
    heading, *rows = on_terminal(book, width, "positions")
    assert heading.split() == IDENTITY + columns
    ends = {
        cell_len(re.match(r" *\S+ +\S+ +\S+ +\S+ +(long|short)", row)[0]) - len(side)
        for row in rows
        for side in re.findall("long|short", row)
    }
    assert len(ends) == 1  # wide characters take two columns
    assert "grid-bot" in rows[1]
    assert "1000000MOGUSDT" in rows[1]
    assert max(map(cell_len, [heading, *rows])) <= width
    said = on_terminal(book, width, "status")
    assert str(conninfo_to_dict(book.dsn)["host"]) in "".join(said[:3])  # which book it is, however long its name
    assert heading.split() in [line.split() for line in said]
    assert max(map(len, said)) <= width


def test_a_pipe_cuts_nothing(book: Desk) -> None:
    printed = in_pipe(book, "status")
    assert printed.stdout.splitlines()[0].endswith(f" on {conninfo_to_dict(book.dsn)['host']}")
    assert printed.returncode == 1
    assert "…" not in printed.stdout
    heading = next(line for line in printed.stdout.splitlines() if line.split()[:1] == ["id"])
    assert heading.split()[6:] == ["status", "stop", "age", "lease", "average", "mark", "profit"]


def test_status_is_narrowed_down(book: Desk) -> None:
    said = in_pipe(book, "status", "--exchange", "binance", "--account", "sub-1").stdout
    assert "only exchange binance, account sub-1  1 open  1 unfinished (2h 0m)  0 unprotected\n" in said
    assert "APTUSDT" not in said
    assert in_pipe(book, "status", "--symbol", "apt").returncode == 2
    document = json.loads(in_pipe(book, "status", "--symbol", "APTUSDT", "--json").stdout)
    assert [row["symbol"] for row in document["positions"]] == ["APTUSDT"]


@pytest.mark.parametrize("command", [["status"], ["positions"], ["timeline"], ["diagnose"], ["orders"], ["backups"]])
def test_ascii(book: Desk, command: list[str]) -> None:
    printed = in_pipe(book, *command, PYTHONIOENCODING="ascii", TERM="dumb")
    assert printed.returncode in (0, 1)
    assert printed.stderr == ""
    assert printed.stdout.isascii()


def test_ascii_in_json(book: Desk) -> None:
    printed = in_pipe(book, "positions", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(printed.stdout)["positions"][2]["symbol"] == "币安人生USDT"
