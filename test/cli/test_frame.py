"""What holds for every command: help, exit statuses, one line for what goes wrong, and no password in it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest
import tradelatch
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tradelatch import cli
from tradelatch.cli import errors
from tradelatch.cli.group import tradelatch as group

PROGRAM = [sys.executable, "-m", "tradelatch"]


def test_version(run: Any) -> None:
    printed = run("--version")
    assert (printed.status, printed.out) == (0, f"tradelatch {tradelatch.__version__}\n")


def test_help_lists_every_command_and_imports_none() -> None:
    program = (
        "import sys; from tradelatch.__main__ import main; main(['--help']);"
        "print([name for name in sys.modules if name in ('rich', 'asyncpg', 'tradelatch.cli.deploy')])"
    )
    lines = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert lines.endswith("\n[]\n")
    for name, text in cli.COMMANDS.items():
        assert f"  {name} " in lines
        assert text in " ".join(lines.split())
    assert max(map(len, lines.splitlines())) <= 80


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_a_module_and_help(run: Any, name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name
    printed = run(name, "--help")
    assert (printed.status, printed.err) == (0, "")
    assert f"tradelatch {name}" in printed.out
    assert max(map(len, printed.out.splitlines())) <= 80


def test_without_a_command_it_prints_help(run: Any) -> None:
    printed = run()
    assert printed.status == 2
    assert "Commands:" in printed.err


@pytest.mark.parametrize("arguments", [["trade"], ["--fast"], ["verify", "--fast"], ["verify", "extra"]])
def test_wrong_usage_is_one_line(run: Any, arguments: list[str]) -> None:
    printed = run(*arguments)
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert arguments[-1] in printed.err
    assert "--help" in printed.err


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://nobody:sesame@localhost:1/none",
        "host=/nowhere dbname=none password=sesame",
        "password=open sesame",
        "postgresql://nobody:%zzsesame@localhost/none",
        "postgresql://nobody:sesame/open@localhost/none",
        "postgresql://nobody:open@sesame@localhost/none",
        "postgresql://nobody:sesame?open@localhost/none",
        "postgresql://nobody@localhost:1/none?password=sesame",
    ],
)
def test_without_a_connection_one_line_without_the_password(run: Any, dsn: str) -> None:
    printed = run("--dsn", dsn, "diagnose")
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert "no connection: " in printed.err
    assert "sesame" not in printed.err


def test_a_password_that_is_wrong_is_not_shown(run: Any, server_with_passwords: str) -> None:
    printed = run("--dsn", make_conninfo(server_with_passwords, password="sesame"), "diagnose")
    assert printed.status == 2
    assert "sesame" not in printed.err


@pytest.fixture
def server_with_passwords() -> Iterator[str]:
    """The DSN of what repeats a password in its refusal, as a pooler's plugin might."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1024)
                text = b"SFATAL\0C28P01\0Mno: sesame\0\0"
                connection.sendall(b"E" + (len(text) + 4).to_bytes(4, "big") + text)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"host=127.0.0.1 port={listening.getsockname()[1]} user=nobody sslmode=disable gssencmode=disable"
        thread.join()


def test_a_server_that_says_nothing_is_given_up(run: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        printed = run("--dsn", f"host=127.0.0.1,127.0.0.1,127.0.0.1 port={port},{port},{port}", "diagnose")
        assert time.monotonic() - began < 5  # the contract's own number
    assert printed.status == 2
    assert "no answer within" in printed.err


@pytest.mark.parametrize("command", ["diagnose", "status", "backups"])
def test_a_first_host_that_says_nothing_is_passed_over(run: Any, database: str, command: str) -> None:
    parts = conninfo_to_dict(database)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hosts = {"host": f"127.0.0.1,{parts['host']}", "port": f"{silent.getsockname()[1]},{parts['port']}"}
        began = time.monotonic()
        printed = run("--dsn", make_conninfo(**{**parts, **hosts}), command)
        assert (printed.status, printed.err) == (0, "")
        assert time.monotonic() - began < 8  # twice 2 s for the silent one


def test_the_dsn_comes_from_the_environment(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADELATCH_DSN", "host=/from/the/environment")
    assert "/from/the/environment" in run("diagnose").err


def test_options_come_from_the_environment(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADELATCH_REPRODUCE_TIME_SCALE", "7")
    printed = run("reproduce", "a")
    assert printed.status == 2
    assert "--time-scale" in printed.err


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra_it_says_what_to_install(tmp_path: Path, missing: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules[{missing!r}] = None\n")
    done = subprocess.run(
        [*PROGRAM, "verify"], env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'tradelatch: {missing} is missing: pip install "tradelatch[cli]"\n'


WITHOUT_LIBPQ = """
import ctypes.util, sys
sys.modules["psycopg_binary"] = sys.modules["psycopg_c"] = None
ctypes.util.find_library = lambda name: None
"""


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--version"], 0), (["--help"], 0), (["analyze-logs", "log"], 0), (["diagnose"], 2)]
)
def test_without_libpq(tmp_path: Path, arguments: list[str], status: int) -> None:
    """What needs no database works; what does says what to install."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_LIBPQ)
    (tmp_path / "log").write_text("2025-10-22 21:50:40,981 - bot - INFO - Executing signal #5483266: APTUSDT\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([*PROGRAM, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert done.stderr == ("" if status == 0 else 'tradelatch: libpq is missing: pip install "tradelatch[binary]"\n')


def test_what_reads_a_log_imports_no_psycopg() -> None:
    program = "import sys, tradelatch.cli.analyze_logs, tradelatch.cli.group; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (tradelatch.InvalidArgument("no such side"), 2),
        (tradelatch.PositionNotFound("there is no position 42", sqlstate="TL004"), 2),
        (tradelatch.SchemaMismatch("no schema"), 2),
        (tradelatch.Unavailable("the server is shutting down"), 2),
        (tradelatch.IllegalTransition("no such move\nfrom here", sqlstate="TL002"), 1),
        (tradelatch.SlotBusy("the slot is busy"), 1),
        (psycopg.errors.SerializationFailure("again"), 1),
        (click.ClickException("no"), 1),
        (errors.Refused("no"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_is_one_line_and_a_status(raised: BaseException, status: int, capsys: pytest.CaptureFixture) -> None:
    @click.command(name="tradelatch")
    def fails() -> None:
        raise raised

    assert errors.run(fails, []) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_status_is_handed_through() -> None:
    @click.command(name="tradelatch")
    @click.pass_context
    def critical(context: click.Context) -> None:
        context.exit(1)

    assert errors.run(critical, []) == 1


def test_sigterm_is_like_ctrl_c_and_handlers_are_given_back(capsys: pytest.CaptureFixture) -> None:
    @click.command(name="tradelatch")
    def ended() -> None:
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    assert errors.run(ended, []) == 130
    assert signal.getsignal(signal.SIGTERM) is before
    assert capsys.readouterr().err.strip() == "tradelatch: interrupted"


def test_a_dsn_without_a_database_name_is_no_trouble(run: Any, server: Any) -> None:
    parts = conninfo_to_dict(server.dsn)
    printed = run("--dsn", make_conninfo(**{**parts, "dbname": None}), "diagnose")
    assert "no connection" not in printed.err
