"""`tradelatch reconcile`: from a file and from an exchange; bad files change nothing; the book only with --confirm."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tradelatch.cli import snapshots
from tradelatch.exchange import Unreachable
from tradelatch.testing import Exchange

from .desk import Desk

HELD = [{"symbol": "APT/USDT:USDT", "side": "long", "quantity": "3", "average_price": 100.5}]


def at(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def listed(desk: Desk, tmp_path: Path) -> Any:
    """`listed(content, 60, "--complete")`: reconcile with that file, observed a minute ago."""

    def run(content: object, seconds: float, *options: str) -> Any:
        file = tmp_path / "snapshot.json"
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        return desk.run(
            "reconcile", "--exchange", "binance", "--snapshot", file, "--observed-at", at(seconds), *options
        )

    return run


@pytest.fixture
def aged(desk: Desk) -> Desk:
    """5 of APTUSDT and of METUSDT in the book, for two hours."""
    desk.open("APTUSDT")
    desk.open("METUSDT")
    desk.age()
    return desk


@pytest.fixture
def protected(aged: Desk) -> Desk:
    """The same, with both stop-losses on the exchange."""
    for position_id in (1, 2):
        aged.protect(position_id)
    return aged


def test_a_file_is_evidence_when_it_says_so_twice(aged: Desk, listed: Any) -> None:
    printed = listed(HELD, 60)
    assert (printed.status, printed.err) == (0, "")
    assert "info      quantity_mismatch  1" in printed.out
    assert "METUSDT" not in printed.out
    assert "Recorded. Nothing was closed, and nothing adopted.\n" in printed.out
    listed(HELD, 30, "--complete")
    printed = listed(HELD, 20, "--complete", "--json")
    document = json.loads(printed.out)
    assert document["dry_run"] is True
    assert [(each["check_name"], each["severity"], each["position_id"]) for each in document["findings"]] == [
        ("orphaned_db", "warning", 2),
        ("quantity_mismatch", "warning", 1),
    ]
    assert document["findings"][1]["detail"]["seen"]["average_price"] == "100.5"
    assert aged.row(2).status == "active"


def test_a_file_can_be_standard_input(aged: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(HELD).encode())))
    printed = aged.run("reconcile", "--exchange", "binance", "--snapshot", "-", "--observed-at", at(1))
    assert "quantity_mismatch" in printed.out


def test_what_is_proven_gone_is_closed_with_confirm_alone(aged: Desk, listed: Any) -> None:
    listed(HELD, 60, "--complete")
    printed = listed(HELD, 30, "--complete", "--apply")
    assert "With --confirm it would close in the book: 2\n" in printed.out
    assert aged.row(2).status == "active"
    printed = listed(HELD, 20, "--complete", "--apply", "--confirm")
    assert aged.row(2).status == "pending_cancels"  # its stop-loss is on the exchange still
    assert "1 position was closed or adopted." in printed.out
    command = printed.out.splitlines()[-1].split()
    assert command[:2] == ["tradelatch", "restore"]
    assert aged.run(*command[1:]).status == 0
    assert aged.row(2).status == "pending_sl"


def test_more_than_max_closes_is_suspect_and_closes_none(aged: Desk, listed: Any) -> None:
    for seconds in (60, 50, 40):
        printed = listed([], seconds, "--complete", "--apply", "--confirm", "--max-closes", "1")
        assert printed.status == 1
        assert "critical  snapshot_suspect" in printed.out
        assert "2 positions are missing at once, at most 1 may be" in printed.out
    assert {aged.row(1).status, aged.row(2).status} == {"active"}


def test_the_symbol_narrows_what_is_shown(protected: Desk) -> None:
    found = protected.json("reconcile", "--exchange", " BinanceUSDM", "--live", "--symbol", "met/usdt")["findings"]
    assert [each["symbol"] for each in found] == ["METUSDT"]


@pytest.mark.parametrize("option", ["--apply", "--adopt"])
def test_what_is_applied_is_not_narrowed_so_the_symbol_is_refused(aged: Desk, option: str) -> None:
    """Both are gone; cleanup closes the one."""
    asked = ["reconcile", "--exchange", "binance", "--live", "--symbol", "METUSDT"]
    before = aged.rows()
    printed = aged.run(*asked, option, "--confirm")
    assert (printed.status, printed.out) == (2, "")
    (line,) = printed.err.splitlines()
    assert line.startswith(
        "tradelatch reconcile: --apply and --adopt work on the whole account, --symbol on what is shown"
    )
    assert aged.rows() == before
    aged.run(*asked, "--evidence")
    assert aged.run("cleanup", "orphaned_db", "--symbol", "METUSDT", "--confirm").status == 0
    assert [(row.symbol, row.status) for row in aged.client.open_positions()] == [
        ("APTUSDT", "active"),
        ("METUSDT", "pending_cancels"),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "no JSON"),
        ("", "no JSON"),
        (b"\xff\xfe", "not UTF-8"),
        ('[{"symbol": "APTUSDT", "side": "long", "quantity": NaN}]', "NaN is no number"),
        ('[{"symbol": "APTUSDT", "side": "long", "quantity": Infinity}]', "Infinity is no number"),
        ('[{"symbol": "APTUSDT", "symbol": "METUSDT"}]', "a key stands twice"),
        ("[" * 100_000, "no JSON: it is nested too deeply"),
        ("1" * 5000, "no JSON"),
        ({"positions": []}, "no snapshot"),
        ("null", "no snapshot"),
        (["APTUSDT"], "snapshot[0]"),
        ([HELD[0] | {"quantity": "many"}], "snapshot[0].quantity"),
        ([HELD[0] | {"quantity": "NaN"}], "snapshot[0].quantity"),
        ([HELD[0] | {"quantity": True}], "snapshot[0].quantity"),
        ([HELD[0] | {"quantity": -3}], "snapshot[0].quantity"),
        ([HELD[0] | {"side": "up"}], "snapshot[0].side"),
        ([HELD[0] | {"symbol": None}], "snapshot[0].symbol"),
        ([HELD[0] | {"symbol": "\ud800"}], "type json"),
        ([*HELD, HELD[0] | {"symbol": "APTUSDT"}], "two entries for one slot"),
    ],
)
def test_a_bad_file_is_one_clear_line_and_changes_nothing(aged: Desk, listed: Any, content: object, told: str) -> None:
    before = aged.rows()
    printed = listed(content, 60, "--complete", "--apply", "--confirm")
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert told in printed.err
    assert len(printed.err) < 400
    assert aged.rows() == before


def test_a_file_that_is_too_large_is_not_read(aged: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(100_000_000)
    monkeypatch.setattr(snapshots.Path, "open", None)
    printed = aged.run("reconcile", "--exchange", "binance", "--snapshot", huge, "--observed-at", at(1))
    assert (printed.status, printed.err) == (2, f"tradelatch: {huge} is larger than 32 MB: that is no snapshot\n")


def test_a_stream_that_does_not_end_is_not_read_to_its_end(aged: Desk) -> None:
    printed = aged.run("reconcile", "--exchange", "binance", "--snapshot", "/dev/zero", "--observed-at", at(1))
    assert (printed.status, printed.err) == (2, "tradelatch: /dev/zero is larger than 32 MB: that is no snapshot\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--live"], "--exchange"),
        (["--exchange", "binance"], "--live"),
        (["--exchange", "binance", "--live", "--snapshot", "x"], "--live"),
        (["--exchange", "binance", "--snapshot", "x"], "--observed-at"),
        (["--exchange", "binance", "--live", "--observed-at", "2025-10-28T13:19:10Z"], "--observed-at"),
        (["--exchange", "binance", "--snapshot", "x", "--observed-at", "2025-10-28 13:19:10"], "zone"),
        (["--exchange", "binance", "--snapshot", "x", "--observed-at", "yesterday"], "zone"),
        (["--exchange", "binance", "--live", "--confirm"], "--confirm"),
        (["--exchange", "binance", "--snapshot", "/nowhere", "--observed-at", "2025-10-28T13:19:10Z"], "/nowhere"),
        (["--exchange", "binance", "--snapshot", "/", "--observed-at", "2025-10-28T13:19:10Z"], "cannot be read"),
        (["--exchange", "okx", "--live"], "okx"),
    ],
)
def test_wrong_usage_is_one_line(desk: Desk, options: list[str], told: str) -> None:
    printed = desk.run("reconcile", *options)
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert told in printed.err


def test_the_future_is_refused(aged: Desk, listed: Any) -> None:
    before = aged.rows()
    printed = listed(HELD, -60)
    assert (printed.status, printed.out) == (2, "")
    assert "observed_at must not be in the future" in printed.err
    assert aged.rows() == before


def test_live_looks_once_and_with_evidence_twice(protected: Desk) -> None:
    protected.trade("buy", 3)
    printed = protected.run("reconcile", "--exchange", "binance", "--live")
    assert "2 info.\n" in printed.out
    assert "tradelatch reconcile --exchange binance --live --evidence" in printed.out
    protected.trade("buy", 1)
    printed = protected.run("reconcile", "--exchange", "binance", "--live", "--evidence")
    assert "2 warning.\n" in printed.out
    assert "the exchange shows long 4 at 100" in " ".join(printed.out.split())


def test_live_closes_and_adopts_what_is_proven_and_only_with_confirm(protected: Desk) -> None:
    protected.trade("buy", 5)
    protected.trade("sell", 43, symbol="AVLUSDT")
    asked = ["reconcile", "--exchange", "binance", "--live", "--apply", "--adopt"]
    printed = protected.run(*asked)
    assert printed.status == 1
    assert "With --confirm it would close in the book: 2\n" in printed.out
    assert "With --confirm it would adopt: binance AVLUSDT\n" in printed.out
    assert [row.status for row in protected.client.open_positions()] == ["active", "active"]
    document = protected.json(*asked, "--confirm")
    assert document["dry_run"] is False
    assert {(each["action"], each["position_id"]) for each in document["findings"]} == {("closed", 2), ("adopted", 3)}
    adopted = protected.row(3)
    assert (adopted.status, adopted.side, adopted.open_quantity) == ("pending_sl", "short", 43)
    assert [order for orders in map(protected.orders, ("APTUSDT", "METUSDT")) for order in orders] == [
        ("stop", "sell"),
        ("market", "buy"),
        ("stop", "sell"),
    ]


def test_an_exchange_that_does_not_answer_is_one_line(aged: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = aged.rows()
    aged.exchange.go_down(3600)
    printed = aged.run("reconcile", "--exchange", "binance", "--live", "--apply", "--confirm")
    assert (printed.status, printed.out) == (2, "")
    assert printed.err == "tradelatch: the exchange does not answer: binance: no answer\n"
    assert aged.rows() == before


def test_an_hour_of_empty_answers_closes_nothing(aged: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for symbol in ("ZEUSUSDT", "PERPUSDT"):
        aged.open(symbol)
    aged.age()

    async def empty(self: Exchange, *, account: str) -> list[Any]:
        return []

    monkeypatch.setattr(Exchange, "positions", empty)
    for _ in range(6):
        assert aged.run("reconcile", "--exchange", "binance", "--live", "--apply", "--confirm").status == 1
        aged.age("10 minutes")
    assert len(aged.client.open_positions()) == 4
    assert aged.json("cleanup", "all", "--older-than", "0s", "--confirm")["actions"] == []


def test_a_second_look_that_fails_applies_nothing(aged: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    positions, asked = aged.exchange.positions, []

    async def once(*, account: str) -> Any:
        asked.append(account)
        if len(asked) > 1:
            raise Unreachable("binance: HTTP 503")
        return await positions(account=account)

    monkeypatch.setattr(aged.exchange, "positions", once)
    printed = aged.run("reconcile", "--exchange", "binance", "--live", "--apply", "--confirm", "--account", "default")
    assert (printed.status, asked) == (2, ["default", "default"])
    assert len(aged.client.open_positions()) == 2


# Open orders


@pytest.fixture
def orders(desk: Desk, tmp_path: Path) -> Any:
    """`orders(entries, seconds, *options)`: reconcile with a list of open orders, from so long ago."""

    def orders(entries: object, seconds: int, *options: object) -> Any:
        file = tmp_path / "orders.json"
        file.write_text(entries if isinstance(entries, str) else json.dumps(entries))
        return desk.run(
            "reconcile", "--exchange", "binance", "--orders", file, "--observed-at", at(seconds), "--complete", *options
        )

    return orders


def listed_stop(desk: Desk, position_id: int, **changes: object) -> dict[str, object]:
    row = desk.row(position_id)
    stop = {
        "symbol": row.symbol,
        "client_order_id": row.stop_loss_order,
        "side": "sell",
        "quantity": "5",
        "trigger": "98",
    }
    return stop | {"reduce_only": True} | changes


def test_a_list_of_orders_from_a_file(desk: Desk, orders: Any) -> None:
    desk.open()
    desk.age()
    assert orders([listed_stop(desk, 1)], 60).status == 0
    assert "stop_mismatch" in orders([listed_stop(desk, 1, trigger="97")], 50).out
    gone = orders([], 40, "--apply", "--confirm")
    assert (gone.status, desk.row(1).status) == (0, "active")  # seen once
    gone = orders([], 30, "--apply")
    assert (gone.status, desk.row(1).status) == (1, "active")
    assert "no_stop_loss" in gone.out
    gone = orders([], 20, "--apply", "--confirm")
    assert (gone.status, desk.row(1).status) == (1, "pending_sl")


def test_more_than_max_missing_is_suspect_and_ends_none(desk: Desk, orders: Any) -> None:
    for number in range(4):
        desk.open(f"A{number}USDT")
    desk.age()
    orders([], 60)
    printed = orders([], 40, "--apply", "--confirm")
    assert (printed.status, {row.status for row in desk.client.open_positions()}) == (1, {"active"})
    assert "snapshot_suspect" in printed.out
    orders([], 30, "--max-missing", 4)
    orders([], 20, "--max-missing", 4, "--apply", "--confirm")
    assert {row.status for row in desk.client.open_positions()} == {"pending_sl"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[{"symbol": "APTUSDT", "order_id": 1', "is no JSON"),
        ({"orders": []}, "is no snapshot: that is a JSON array of orders"),
        (["APTUSDT"], "orders[0]"),
        ([{"symbol": "APTUSDT", "side": "sell"}], "orders[0].client_order_id"),
        ([{"symbol": "APTUSDT", "order_id": 1, "side": "up"}], "orders[0].side"),
        (
            [{"symbol": "APTUSDT", "order_id": 1}, {"symbol": "APTUSDT", "order_id": 2, "trigger": "much"}],
            "orders[1].trigger",
        ),
        ([{"symbol": "APTUSDT", "order_id": 1, "reduce_only": "no"}], "orders[0].reduce_only"),
        ([{"symbol": None, "order_id": 1}], "orders[0].symbol"),
    ],
)
def test_a_bad_list_of_orders_is_one_line_and_changes_nothing(
    desk: Desk, orders: Any, content: object, told: str
) -> None:
    desk.open()
    desk.age()
    before = desk.rows()
    printed = orders(content, 60, "--apply", "--confirm")
    assert (printed.status, printed.out, len(printed.err.splitlines())) == (2, "", 1)
    assert told in printed.err
    assert desk.rows() == before


def test_an_order_that_is_listed_twice_is_one(desk: Desk, orders: Any) -> None:
    desk.open()
    desk.age()
    twice = [listed_stop(desk, 1), listed_stop(desk, 1)]
    assert orders(twice, 60, "--apply", "--confirm").status == 0
    assert orders(twice, 50, "--apply", "--confirm").status == 0
    assert desk.row(1).status == "active"


def test_a_hundred_thousand_orders_are_a_list_and_one_more_is_none(desk: Desk, orders: Any) -> None:
    desk.open()
    desk.age()
    others = [{"symbol": f"A{n}USDT", "order_id": n, "side": "buy", "quantity": "1"} for n in range(99_999)]
    assert orders([listed_stop(desk, 1), *others], 60).status == 0
    printed = orders([listed_stop(desk, 1), *others, others[0]], 50)
    assert (printed.status, printed.out) == (2, "")
    assert "orders must have at most 100000 entries" in printed.err
