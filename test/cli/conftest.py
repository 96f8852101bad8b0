"""The command line in this process: its exit status, and what it prints."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from tradelatch import Client
from tradelatch.__main__ import main

from .desk import Desk, new_exchange, reach_simulated, shorten_grace


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


@pytest.fixture
def desk(
    run: Callable[..., Printed],
    database: str,
    operator_dsn: str,
    bot_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    exchanges = {name: new_exchange(name) for name in ("binance", "bybit")}
    reach_simulated(monkeypatch, exchanges)
    shorten_grace(database)
    with Client(bot_dsn, worker="bot") as client:
        yield Desk(operator_dsn, database, run, client, exchanges)
