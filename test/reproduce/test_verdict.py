"""A broken tradelatch fails, whatever it says of itself; and what `reproduce` refuses."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tradelatch.__main__ import main
from tradelatch.incidents.legacy import Signal
from tradelatch.incidents.reproduce import bots, flows
from tradelatch.incidents.reproduce import run as running
from tradelatch.incidents.reproduce.stage import Stage

from ..unguarded import unguard

Reproduce = Callable[..., tuple[int, str, str]]


@pytest.fixture
def reproduce(capsys: pytest.CaptureFixture[str]) -> Reproduce:
    """Exit status, what was printed, and what was complained of."""

    def reproduce(dsn: str, *arguments: str) -> tuple[int, str, str]:
        status = main(["--dsn", dsn, "reproduce", *arguments, "--time-scale", "0.05"])
        return (status, *capsys.readouterr())

    return reproduce


@pytest.fixture
def deployed(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that is played in, with the plan deployed already."""

    @contextmanager
    def ready(dsn: str, purpose: str) -> Iterator[str]:
        yield database

    monkeypatch.setattr(running, "scratch_database", ready)
    monkeypatch.setattr(running, "deploy_with_psql", lambda dsn: None)
    return database


@pytest.fixture
def without_guard(deployed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither index nor lock; and little time for recovery, which cannot mend that."""
    monkeypatch.setattr(flows, "LEASES", 0)
    unguard(deployed)


@pytest.mark.usefixtures("deployed")
def test_what_people_read(reproduce: Reproduce, empty: str) -> None:
    status, printed, complaints = reproduce(empty, "b")
    assert (status, complaints) == (0, "")
    assert printed.isascii()
    assert "\x1b" not in printed
    assert max(map(len, printed.splitlines())) <= 80
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert "Seed 1. A second of a scenario takes 0.05 s." in lines
    assert "rows opened 2, 2 open at once 1" in lines
    assert "on the exchange flat short 61.8" in lines
    assert "in the book short 61.8 short 61.8" in lines
    assert "errors 1 UniqueViolationError none" in lines
    assert "legacy flow: failed, as expected" in lines
    assert "tradelatch: held" in lines


@pytest.mark.usefixtures("without_guard")
@pytest.mark.parametrize(("scenario", "complaint"), [("a", "APTUSDT: 2 rows"), ("b", "PERPUSDT: 2 rows")])
def test_without_indexes_and_lock_it_fails(reproduce: Reproduce, empty: str, scenario: str, complaint: str) -> None:
    status, printed, _ = reproduce(empty, scenario, "--flow", "tradelatch")
    assert status == 1
    assert "tradelatch: FAILED\n" in printed
    assert f"{complaint} were open at once" in printed


@pytest.mark.usefixtures("deployed")
def test_an_entry_that_the_flow_does_not_tell_of_fails(
    reproduce: Reproduce, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sly(bots.Bot):
        async def open_position(self, signal: Signal) -> int | None:
            position_id = await super().open_position(signal)
            await self._exchange.send(signal.symbol, signal.order_side, signal.quantity)
            return position_id

    monkeypatch.setattr(flows, "Bot", Sly)
    status, printed, _ = reproduce(empty, "b", "--flow", "tradelatch")
    assert status == 1
    assert "PERPUSDT: the exchange held 123.6, asked for was 61.8" in printed
    assert "PERPUSDT: the exchange is short 123.6, the book says short 61.8" in printed
    assert "PERPUSDT: short 123.6 is not protected by a stop-loss" in printed
    assert "is no entry of the book" in printed


@pytest.mark.usefixtures("deployed")
def test_without_recovery_it_fails(reproduce: Reproduce, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*arguments: Any) -> Counter[str]:
        return Counter()

    monkeypatch.setattr(flows.LatchedFlow, "recover", nothing)
    status, printed, _ = reproduce(empty, "d", "--flow", "tradelatch")
    assert status == 1
    assert "METUSDT: row 1 is entry_placed still" in printed
    assert "METUSDT: short 61.8 is not protected by a stop-loss" in printed


@pytest.mark.usefixtures("deployed")
def test_a_bot_that_cannot_work_fails(reproduce: Reproduce, empty: str, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("alter function tradelatch.activate_position rename to gone")
    status, printed, _ = reproduce(empty, "b", "--flow", "tradelatch")
    assert status == 1
    assert "an actor was ended by SchemaMismatch" in printed


@pytest.mark.usefixtures("deployed")
def test_a_legacy_flow_that_gets_away_with_it(
    reproduce: Reproduce, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stage, "settling", lambda stage: 12.0)
    status, printed, _ = reproduce(empty, "b")
    assert status == 0
    assert "legacy flow: did not show the fault this time\ntradelatch: held\n" in printed


def test_it_does_not_play_beside_a_book(reproduce: Reproduce, database: str, empty: str) -> None:
    with psycopg.connect(empty) as connection:
        connection.execute("create schema monitoring create table positions (id serial primary key)")
    for dsn in (database, empty):
        status, printed, complaints = reproduce(dsn, "a")
        assert (status, printed) == (2, "")
        assert complaints == ("tradelatch: there is a book in this database (monitoring.positions): name another one\n")


def test_who_may_not_create_a_database_is_told(
    reproduce: Reproduce, server: Any, logins: dict[str, dict[str, str]]
) -> None:
    status, printed, complaints = reproduce(server.dsn_of("postgres", **logins["bot"]), "a", "--json")
    assert (status, printed) == (2, "")
    assert complaints == "tradelatch: no database: permission denied to create database\n"


def test_a_server_that_only_libpq_reaches_is_told(
    reproduce: Reproduce, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def unable(dsn: str, **options: Any) -> AsyncIterator[None]:
        raise asyncpg.InterfaceError("could not determine user name")
        yield

    monkeypatch.setattr(flows, "connect", unable)
    status, _, complaints = reproduce(empty, "a", "--flow", "legacy")
    assert status == 2
    assert complaints == "tradelatch: no database for the legacy flow's driver: could not determine user name\n"


def test_several_hosts_are_tried_in_turn(reproduce: Reproduce, empty: str) -> None:
    host = conninfo_to_dict(empty)["host"]
    status, printed, complaints = reproduce(make_conninfo(empty, host=f"/nowhere,{host}"), "b", "--flow", "legacy")
    assert (status, complaints) == (0, "")
    assert "legacy flow: failed, as expected" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["f"],
        [],
        ["a", "--flow", "none"],
        ["a", "--workers", "1"],
        ["a", "--workers", "101"],
        ["stress", "--duration", "0s"],
        ["stress", "--duration", "5"],
        ["stress", "--symbols", "0"],
        ["a", "--time-scale", "0"],
        ["a", "--seed", "x"],
    ],
)
def test_wrong_usage_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(["--dsn", "host=/nowhere", "reproduce", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "tradelatch reproduce --help" in err
