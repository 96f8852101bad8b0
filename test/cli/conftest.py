"""The command line in this process: its exit status, and what it prints."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tradelatch.__main__ import main


@dataclass(frozen=True)
class Printed:
    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Printed]:
    """`run("--dsn", dsn, "verify")`, without the variables of whoever tests."""
    monkeypatch.delenv("TRADELATCH_DSN", raising=False)

    def run(*arguments: str) -> Printed:
        status = main(arguments)
        return Printed(status, *capsys.readouterr())

    return run
