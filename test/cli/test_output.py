"""Tables that fit, JSON as the contract has it, and durations."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import click
import pytest
from tradelatch.cli.options import duration
from tradelatch.cli.output import Column, cell, plain, print_json, print_table
from tradelatch.watching.figures import age

COLUMNS = [Column("severity", fixed=True), Column("position_id", "position", "right", fixed=True), Column("detail")]
ROWS = [
    {"severity": "critical", "position_id": 42, "detail": {"symbol": "APTUSDT", "why": "word " * 40}},
    {"severity": "info", "position_id": None, "detail": None},
]
PROGRAM = """
from tradelatch.cli.output import Column, print_table, progress
with progress("working"):
    print_table([{"severity": "critical", "text": "word " * 40}], [Column("severity"), Column("text")])
"""
PLAIN = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}


def test_a_table_fits_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    print_table(ROWS, COLUMNS)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["severity", "position", "detail"]
    assert lines[1].split()[:2] == ["critical", "42"]
    assert max(map(len, lines)) <= 80
    assert " ".join(lines).count("word") == 40
    assert lines[-1].split() == ["info"]
    assert "\x1b" not in "".join(lines)


def on_a_terminal(columns: int, **settings: str) -> str:
    ours, theirs = pty.openpty()
    os.set_blocking(ours, True)
    size = f"stty columns {columns} rows 50; exec "
    command = ["sh", "-c", f'{size} "$0" -c "$1"', sys.executable, PROGRAM]
    environment = PLAIN | {"TERM": "xterm-256color"} | settings
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        seen += chunk
    os.close(ours)
    assert process.wait() == 0
    return seen.decode()


def test_a_terminal_gets_its_width_colour_and_progress() -> None:
    seen = on_a_terminal(132)
    assert "\x1b[1;31mcritical" in seen
    assert "working" in seen
    assert any(80 < line.count("word ") * 5 + 10 <= 132 for line in seen.splitlines())


def test_no_color_is_honoured() -> None:
    seen = on_a_terminal(100, NO_COLOR="1")
    assert "critical" in seen
    assert "\x1b[1;31m" not in seen
    assert "\x1b[1m" not in seen


def test_progress_is_silent_in_a_pipe() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=PLAIN, check=True)
    assert done.stderr == ""
    assert "working" not in done.stdout


@dataclass
class Found:
    position_id: int
    age: timedelta
    quantity: Decimal
    at: datetime
    backup_id: UUID
    cancels: tuple[str, ...]
    account: str | None = None


def test_json_is_one_document_as_the_contract_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2025, 10, 22, 23, 50, 40, 981819, timezone(timedelta(hours=2)))
    row = Found(42, timedelta(minutes=3, milliseconds=5), Decimal("1E+3"), at, UUID(int=7), ("a", "id:b"))
    print_json([row])
    assert json.loads(capsys.readouterr().out) == [
        {
            "position_id": 42,
            "age": 180.005,
            "quantity": "1000",
            "at": "2025-10-22T21:50:40.981819Z",
            "backup_id": "00000000-0000-0000-0000-000000000007",
            "cancels": ["a", "id:b"],
            "account": None,
        }
    ]


def test_json_refuses_what_it_does_not_know() -> None:
    with pytest.raises(TypeError, match="object"):
        plain(object())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (Decimal("61.80"), "61.80"),
        (datetime(2025, 10, 22, 21, 50, 44, tzinfo=UTC), "2025-10-22 21:50:44Z"),
        (timedelta(seconds=200), "3m 20s"),
        (["a", Decimal(1)], '["a", "1"]'),
        (7, "7"),
    ],
)
def test_a_cell_is_for_people(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.44, "0.4s"),
        (9.99, "10s"),
        (59.6, "1m 0s"),
        (3600, "1h 0m"),
        (100000, "1d 3h"),
        (-90, "-1m 30s"),
        (12, "12s"),
    ],
)
def test_a_length_has_two_units(seconds: float, text: str) -> None:
    assert age(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("0.5s", 0.5), ("2d", 172800), ("0s", 0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 m", "5w", "1h-3m", "nan", "9999999999s", "999999999d", "5M"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"is not a duration; write 90s, 5m or 1h|too long"):
        duration(text)
