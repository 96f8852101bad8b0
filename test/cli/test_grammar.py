"""What may stand where, what is suggested, and what a shell completes."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from .desk import Desk


@pytest.mark.parametrize(
    "words",
    [
        ["--dsn", "{dsn}", "--json", "--exchange", "binance", "diagnose"],
        ["--json", "--exchange=binance", "--dsn={dsn}", "diagnose"],
        ["diagnose", "--exchange", "binance", "--json", "--dsn", "{dsn}"],
        ["--symbol", "APTUSDT", "diagnose", "--dsn", "{dsn}", "--json"],
    ],
)
def test_options_before_and_behind_the_command(desk: Desk, run: Any, words: list[str]) -> None:
    desk.open()
    printed = run(*(word.replace("{dsn}", desk.dsn) for word in words))
    assert (printed.status, json.loads(printed.out)) == (0, {"findings": []}), printed


def test_what_a_command_does_not_have_is_refused(run: Any) -> None:
    printed = run("--json", "verify")
    assert (printed.status, printed.out) == (2, "")
    assert "--json" in printed.err


@pytest.mark.parametrize(
    ("typed", "meant"), [("diagnos", "diagnose"), ("stoploss", "stop-loss"), ("take_over", "take-over")]
)
def test_a_mistyped_command(run: Any, typed: str, meant: str) -> None:
    printed = run(typed)
    assert (printed.status, printed.out, len(printed.err.splitlines())) == (2, "", 1)
    assert f"there is no command {typed!r}; did you mean {meant}" in printed.err


@pytest.mark.parametrize("command", ["diagnose", "recover", "status", "archive"])
def test_help_has_the_forms_of_a_duration(run: Any, command: str) -> None:
    assert "90s, 5m, 1h, 2d, 1h30m" in " ".join(run(command, "--help").out.split())


def test_now_is_when_the_exchange_was_asked(desk: Desk, tmp_path: Any) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text('[{"symbol": "APTUSDT", "side": "long", "quantity": "5", "average_price": "100"}]')
    printed = desk.run("reconcile", "--exchange", "binance", "--snapshot", file, "--observed-at", "now")
    assert "orphaned_exchange" in printed.out


@pytest.mark.parametrize("command", [["diagnose"], ["status"], ["timeline"], ["positions"], ["orders"], ["backups"]])
def test_json_is_one_object(desk: Desk, command: list[str]) -> None:
    desk.open()
    assert isinstance(desk.json(*command), dict)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    program = "import sys; from tradelatch.__main__ import main; sys.exit(main())"

    def completed(**variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program], env=os.environ | variables, capture_output=True, text=True, check=False
        )
        return done.stdout

    assert "tradelatch" in completed(_TRADELATCH_COMPLETE=f"{shell}_source")
    asked = {"COMP_WORDS": "tradelatch sto", "COMP_CWORD": "1" if shell != "fish" else "sto"}
    assert "stop-loss" in completed(_TRADELATCH_COMPLETE=f"{shell}_complete", **asked)
