"""What the client refuses before any I/O, and what it tells."""

import inspect
import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg_pool import ConnectionPool
from tradelatch import AsyncClient, Client, InvalidArgument
from tradelatch.core.arguments import boolean, integer, interval, json_document, number, reason_of, text, time, uuid

NUMBERS = {
    "quantity",
    "entry_price",
    "stop_loss_percent",
    "filled_quantity",
    "average_price",
    "stop_loss_price",
    "exit_price",
    "realized_pnl",
    "remaining",
}


class Side(str, Enum):  # noqa: UP042 (as bots written for older versions have it)
    SHORT = "short"


def no_connection(*args, **kwargs):
    raise AssertionError("I/O")


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr(ConnectionPool, "getconn", no_connection)
    monkeypatch.setattr(ConnectionPool, "open", no_connection)
    return Client("host=nowhere.invalid")


def cases():
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        for argument in inspect.signature(method).parameters:
            if argument in NUMBERS and not name.startswith("_"):
                yield name, argument


@pytest.mark.parametrize(
    "value", [61.8, True, float("nan"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), "1"]
)
@pytest.mark.parametrize(("name", "argument"), list(cases()))
def test_numbers(client, name, argument, value):
    method = getattr(client, name)
    arguments = {p.name: None for p in inspect.signature(method).parameters.values() if p.default is p.empty}
    with pytest.raises(InvalidArgument, match=f"^{argument} ") as caught:
        method(**{**arguments, argument: value})
    assert caught.value.sqlstate == "22023"


async def test_async_client_refuses_as_well(apt):
    client = AsyncClient("host=nowhere.invalid")
    with pytest.raises(InvalidArgument):
        await client.create_position(**{**apt, "quantity": 61.8})


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (text, 5),
        (text, b"x"),
        (text, "nul\0"),
        (text, "\ud800"),
        (integer, True),
        (integer, 1.0),
        (integer, 2**63),
        pytest.param(integer, 10**5000, id="huge"),
        (interval, 60),
        (interval, "1 minute"),
        (uuid, "a252c7e8-243f-40b6-b3be-04e8e1c15140"),
        (json_document, []),
        (json_document, '{"a": 1}'),
        (json_document, {"a": float("nan")}),
        (json_document, {"a": object()}),
        (json_document, {("a", "b"): 1}),
        (boolean, None),
        (boolean, 1),
        (time, "2025-10-22"),
        (time, datetime(2025, 10, 22)),
    ],
)
def test_other_types(check, value):
    with pytest.raises(InvalidArgument, match=r"^name ") as caught:
        check("name", value)
    assert len(str(caught.value)) < 160


def test_what_is_sent():
    assert text("side", Side.SHORT) == "short"
    assert type(text("side", Side.SHORT)) is str
    assert number("quantity", 10**400) == Decimal(10) ** 400
    assert [check("name", None) for check in (text, number, integer, interval, uuid, time, json_document)] == [None] * 7
    at = datetime(2025, 10, 22, 21, 50, 40, tzinfo=UTC)
    attempt = uuid4()
    assert json.loads(json_document("details", {"a": Decimal("61.80"), "b": [at], "c": {"d": attempt}})) == {
        "a": "61.80",
        "b": ["2025-10-22T21:50:40+00:00"],
        "c": {"d": str(attempt)},
    }


@pytest.mark.parametrize(
    "snapshot",
    [
        {},
        "[]",
        b"[]",
        [5],
        [{"symbol": "APTUSDT", "quantity": 0.1}],
        [{"symbol": "APTUSDT", "quantity": True}],
        [{"symbol": "APTUSDT", "quantity": 1, "average_price": 0.1}],
        [{"symbol": "APTUSDT", "quantity": 1, "stop_loss_price": 0.1}],
        [{"symbol": object()}],
    ],
)
def test_snapshots_that_cannot_be_sent(snapshot):
    with pytest.raises(InvalidArgument, match=r"^snapshot"):
        json_document("snapshot", snapshot)


@pytest.mark.parametrize("name", ["snapshot", "orders", "marks"])
def test_arrays(name):
    entry = {"symbol": "APTUSDT", "side": "short", "quantity": Decimal("61.80"), "stop_loss_price": None}
    assert json.loads(json_document(name, [entry])) == [entry | {"quantity": "61.80"}]


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_are_exact(value):
    assert number("quantity", value) == value


def test_reasons_can_be_stored():
    for start in range(0, sys.maxunicode, 900):  # every character there is
        reason = reason_of(ValueError("".join(map(chr, range(start, min(start + 900, sys.maxunicode + 1))))))
        assert 0 < len(reason) <= 1000
        assert reason.isprintable()
        assert text("reason", reason) == reason


def test_reason_of_a_broken_error():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    assert reason_of(Broken()) == "Broken"


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"timeout": "10"},
        {"timeout": True},
        {"worker": ""},
        {"worker": "x" * 64},
        {"worker": "a\nb"},
        {"worker": 7},
        {"dsn": 7},
    ],
)
def test_settings(settings):
    with pytest.raises(InvalidArgument):
        Client(**settings)


@pytest.mark.parametrize("dsn", ["host=x pw-3f9c", "pw-3f9c", "postgresql://u:pw-3f9c@[x/d", "x=pw-3f9c", "a\0pw-3f9c"])
def test_a_dsn_is_never_shown(dsn):
    with pytest.raises(InvalidArgument) as caught:
        Client(dsn)
    error = caught.value
    while error is not None:
        assert "pw-3f9c" not in repr(error)
        error = error.__cause__ or error.__context__


def test_attempts_are_made_by_the_client(client, monkeypatch, apt):
    seen = []
    monkeypatch.setattr(
        "tradelatch.core.client_sync.create", lambda caller, call, lease, **rest: seen.append((call, rest))
    )
    client.create_position(**apt)
    client.create_position(**apt, attempt=UUID(int=1), lease=timedelta(seconds=3))
    assert isinstance(seen[0][0].parameters["attempt"], UUID)
    assert seen[0][1] == {"is_first_attempt": True}
    assert seen[1][0].parameters["attempt"] == UUID(int=1)
    assert seen[1][1] == {"is_first_attempt": False}
