"""Text of others does nothing to the operator's terminal, and the files of commands nothing to others' files."""

import csv
import io
import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb
from tradelatch.cli.positions import FORMULAS
from tradelatch.visible import json_text, visible, visible_lines, who

from .desk import Desk

# ESC with CSI and OSC, CSI as one C1 character, a bell, an end of line, an order of reading, an end of a paragraph.
EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\n\u202egnp.exe\u2029\x7f"
HARMFUL = set(EVIL) - set("[2J]0;owned31mgnp.exe\n")


@pytest.fixture
def evil(desk: Desk) -> int:
    """A position whose log, alert and finding have such text."""
    position = desk.client.create_position("binance", "APTUSDT", "long", 5, 100, details={"note": EVIL, EVIL: [EVIL]})
    with psycopg.connect(desk.superuser, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")  # which text the functions refuse is tested elsewhere
        admin.execute(
            "insert into monitoring.position_events (position_id, event, from_status, to_status, details, user_name,"
            " application_name) values (%s, %s, 'pending_entry', 'pending_entry', %s, 'bot7', %s)",
            [position.position_id, f"ev{EVIL}ent", Jsonb({"reason": EVIL}), f"oncall alice{EVIL}"],
        )
    return position.position_id


@pytest.mark.parametrize("command", ["timeline", "timeline APTUSDT", "status", "diagnose"])
def test_nothing_of_the_database_reaches_the_terminal_as_a_command(desk: Desk, evil: int, command: str) -> None:
    printed = desk.run(*command.split())
    assert not HARMFUL & set(printed.out + printed.err)
    assert "Traceback" not in printed.err
    document = desk.run(*command.split(), "--json").out
    assert not HARMFUL & set(document)
    if command.startswith("timeline"):
        assert "bot7 (application_name=oncall alice" in printed.out
        (told,) = json.loads(document)["positions"]
        assert told["timeline"][0]["details"]["note"] == EVIL


def test_on_a_terminal_too(desk: Desk, evil: int) -> None:
    """Its own colours are there, and nothing else."""
    mine, its = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "200"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "tradelatch", "--dsn", desk.dsn, "timeline"]
    process = subprocess.Popen(command, stdout=its, stderr=its, env=environment)
    os.close(its)
    shown = b""
    try:
        while piece := os.read(mine, 65536):
            shown += piece
    except OSError:
        pass  # it has ended
    os.close(mine)
    assert process.wait(30) == 0
    text = shown.decode()
    assert "\x1b[" in text
    assert not {"\x9b", "\u202e", "\u2029", "\x07", "\x7f"} & set(text)
    assert "\x1b]" not in text
    assert "\x1b[2J" not in text
    assert "owned" in text


def test_an_error_says_it_without_commands(desk: Desk) -> None:
    for arguments in (["timeline", f"A{EVIL}"], ["diagnose", "--account", EVIL], [EVIL], ["--dsn", EVIL, "status"]):
        printed = desk.call("--dsn", desk.dsn, *arguments)
        assert printed.status == 2, arguments
        assert not HARMFUL & set(printed.err), arguments
        assert len(printed.err.splitlines()) == 1, arguments


def test_the_helpers() -> None:
    assert visible(f"a{EVIL}b") == "a [2J ]0;owned  31m  gnp.exe  b"
    assert visible("币安人生USDT") == "币安人生USDT"
    assert visible_lines("one\ntwo\x1b") == "one\ntwo "
    document = json_text({"a": EVIL, "b": "\ud800 é 🚀"}, indent=2)
    assert not HARMFUL & set(document)
    assert json.loads(document) == {"a": EVIL, "b": "\ud800 é 🚀"}
    assert "é 🚀" in document
    assert who("bot7", "oncall alice") == "bot7 (application_name=oncall alice)"
    assert who("bot7", "") == who("bot7", None) == "bot7"


def test_no_cell_is_a_formula(desk: Desk) -> None:
    texts = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\uff1d1+1"]
    for number, text in enumerate(texts):
        position = desk.client.create_position(
            "binance", f"F{number}USDT", "long", 5, 100, account=text, request_id=text
        )
        desk.client.confirm_entry(position.position_id, position.fence, 5, average_price=100, exchange_order_id=text)
        desk.client.confirm_close(position.position_id, text, exit_price=90, realized_pnl=-50)
    printed = desk.run("positions", "--all", "--csv")
    assert (printed.status, printed.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert [row["account"] for row in rows] == [f"'{text}" for text in texts]
    for row in rows:
        assert row["realized_pnl"] == "-50"
        cells = {name: value for name, value in row.items() if name != "realized_pnl"}
        assert not [value for value in cells.values() if value.startswith(FORMULAS)], row
    accounts = [row["account"] for row in json.loads(desk.run("positions", "--all", "--json").out)["positions"]]
    assert accounts == texts


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_for_their_user_alone_and_never_go_through_a_link(desk: Desk, tmp_path: Path) -> None:
    """archive appends to its own files alone; --export makes new ones."""
    precious, link, fifo = tmp_path / "bot.log", tmp_path / "link", tmp_path / "fifo"
    precious.write_text("2025-10-22 21:50:40,981 - bot - INFO - started\n")
    os.mkfifo(fifo)
    for target in (precious, tmp_path / "not there"):
        link.symlink_to(target)
        for command in (["archive", link, "--confirm"], ["backups", "--export", link]):
            printed = desk.run(*command)
            assert (printed.status, printed.out) == (2, ""), command
        link.unlink()
    for command in (["archive", precious, "--confirm"], ["archive", fifo, "--confirm"], ["backups", "--export", fifo]):
        assert desk.run(*command).status == 2, command
    assert precious.read_text().endswith("started\n")
    assert not (tmp_path / "not there").exists()
    before = os.umask(0)
    try:
        for command in (["archive", tmp_path / "old", "--confirm"], ["backups", "--export", tmp_path / "new"]):
            assert desk.run(*command).status == 0
        assert desk.run("archive", tmp_path / "old", "--confirm").status == 0
    finally:
        os.umask(before)
    assert (mode_of(tmp_path / "old"), mode_of(tmp_path / "new")) == (0o600, 0o600)
