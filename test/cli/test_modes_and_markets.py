"""Position modes, markets that are not listed, and open orders: what a list proves, and what it does not."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import ModeRefused, Unreachable
from tradelatch.testing import Exchange, Market

from .desk import PRICE, Desk, new_exchange

LIVE = ["reconcile", "--exchange", "binance", "--live"]
APPLY = [*LIVE, "--apply", "--adopt", "--confirm"]


def findings(desk: Desk, *arguments: str) -> list[tuple[str, str, Any]]:
    found = desk.json(*arguments)["findings"]
    return [(each["check_name"], each["severity"], each["position_id"]) for each in found]


@pytest.fixture
def hedged(desk: Desk) -> Desk:
    """A one-way position of 5, on an account that somebody has switched to hedge mode, and that holds 5."""
    desk.exchanges["binance"] = new_exchange("binance", hedge_mode=True)
    desk.open()
    desk.age()
    desk.trade("buy", position_side="long")
    return desk


def test_a_position_of_the_other_mode_is_neither_closed_nor_adopted(hedged: Desk) -> None:
    for _ in range(2):
        assert findings(hedged, *APPLY) == [("mode_mismatch", "critical", 1)]
    printed = hedged.run(*LIVE)
    assert printed.status == 1
    assert "the account is in hedge mode, and the position is a one-way one" in " ".join(printed.out.split())
    assert [(row.position_id, row.status) for row in hedged.client.open_positions()] == [(1, "active")]


def test_the_same_where_the_exchange_does_not_tell_its_mode(hedged: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Exchange, "position_mode", None)
    for _ in range(2):
        assert findings(hedged, *APPLY) == [("mode_mismatch", "critical", 1)]
    assert hedged.row(1).status == "active"


def test_a_position_of_the_other_side_of_hedge_mode_fits(desk: Desk) -> None:
    desk.exchanges["binance"] = new_exchange("binance", hedge_mode=True)
    desk.open(position_side="long")
    desk.age()
    desk.trade("buy", position_side="long")
    desk.trade("sell", 2, position_side="short")
    assert "mode_mismatch" not in [name for name, *_ in findings(desk, *LIVE)]


def test_recover_leaves_it_and_sends_nothing(hedged: Desk) -> None:
    receipt = hedged.client.begin_close(1, "take profit")
    hedged.age()
    document = hedged.json("recover", "--confirm")
    (left,) = document["recovered"]
    assert (left["outcome"], left["status"]) == ("left", "pending_close")
    assert left["reason"].startswith("mode_mismatch: the account is in hedge mode")
    assert hedged.held() == "flat"  # of the one-way slot, which such an account does not have
    assert receipt.next_order is not None
    assert hedged.orders() == [("market", "buy")]


def test_what_is_held_on_another_position_side_is_not_flat(hedged: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that the exchange does not know, of an account that does not tell its mode."""
    monkeypatch.setattr(Exchange, "position_mode", None)
    hedged.open("METUSDT", status="pending_entry")
    hedged.age()
    hedged.trade("buy", symbol="METUSDT", position_side="long")
    (left,) = hedged.json("recover", "--confirm")["recovered"]
    assert (left["outcome"], left["status"]) == ("left", "pending_entry")
    assert left["reason"] == ("mode_mismatch: the exchange holds 5 on position side long, and the position is one-way")


def test_every_command_refuses_before_anything_moves(hedged: Desk) -> None:
    for arguments in (
        ["close", 1, "--reason", "take profit"],
        ["take-over", 1, "--reason", "it is ours"],
        ["stop-loss", 1, "--gone", "--reason", "it is gone"],
        ["stop-loss", 1, "--move-to", "97", "--reason", "nearer"],
        ["resize", 1, "--quantity", "4", "--reason", "partly closed"],
        ["adopt", "--exchange", "binance", "--symbol", "METUSDT"],
    ):
        printed = hedged.run(*arguments, "--live", "--confirm")
        assert (printed.status, printed.out) == (2, "")
        assert "mode_mismatch: the account is in hedge mode" in printed.err
    assert hedged.row(1).status == "active"
    assert hedged.orders() == [("market", "buy")]


def test_a_refusal_for_the_mode_is_not_nothing_was_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open(status="pending_close")
    desk.age()

    async def refuse(self: Exchange, *arguments: Any, **options: Any) -> Any:
        raise ModeRefused("-4061 Order's position side does not match user's setting.")

    monkeypatch.setattr(Exchange, "send", refuse)
    monkeypatch.setattr(Exchange, "position_mode", None)
    (left,) = desk.json("recover", "--confirm")["recovered"]
    assert (left["outcome"], left["status"]) == ("left", "pending_close")
    assert left["reason"].startswith("mode_mismatch: -4061")


def test_a_market_that_is_not_listed_is_not_absent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open("METUSDT")
    desk.open("AVLUSDT")
    desk.age()

    async def covers(self: Exchange, symbols: Collection[str], *, account: str) -> Collection[str]:
        return [each for each in symbols if each != "METUSDT"]

    monkeypatch.setattr(Exchange, "covers", covers, raising=False)
    document = desk.json(*APPLY)
    assert document["not_covered"] == ["METUSDT"]
    assert [(row.symbol, row.status) for row in desk.client.open_positions()] == [
        ("METUSDT", "active"),
        ("AVLUSDT", "pending_cancels"),
    ]
    assert "Of METUSDT nothing is known" in desk.run(*LIVE).out


def test_a_stop_loss_that_the_exchange_cancelled_is_found_and_placed_again(desk: Desk) -> None:
    desk.open()
    desk.age()
    desk.trade("buy")
    stop = desk.protect(1)
    assert findings(desk, *APPLY) == []
    desk.exchange.expire(stop.order_id)
    assert findings(desk, *LIVE, "--evidence") == [("no_stop_loss", "critical", 1)]
    assert desk.row(1).status == "active"
    assert ("no_stop_loss", "critical", 1) in findings(desk, *APPLY)
    assert desk.row(1).status == "pending_sl"
    assert desk.run("recover", "--confirm").status == 0
    assert desk.row(1).status == "active"
    assert [order.status for order in desk.exchange.orders("APTUSDT") if order.kind == "stop"] == ["canceled", "open"]


def test_recover_finds_it_by_itself_in_two_rounds(desk: Desk) -> None:
    desk.open()
    desk.age()
    desk.trade("buy")
    desk.exchange.expire(desk.protect(1).order_id)
    assert desk.json("recover", "--confirm")["recovered"] == []
    desk.age("1 minute")
    (recovered,) = desk.json("recover", "--confirm")["recovered"]
    assert (recovered["position_id"], recovered["status"]) == (1, "active")
    assert [order.status for order in desk.exchange.orders("APTUSDT") if order.kind == "stop"] == ["canceled", "open"]


def test_a_stop_loss_that_somebody_changed_is_told(desk: Desk) -> None:
    desk.open()
    desk.age()
    desk.trade("buy")
    stop = desk.protect(1)
    desk.exchange._orders[stop.order_id] = replace(stop, trigger=Decimal(90))
    assert findings(desk, *LIVE, "--evidence") == [("stop_mismatch", "warning", 1)]


def test_an_order_of_ours_that_no_open_position_knows_is_listed_and_cancelled(desk: Desk) -> None:
    desk.open("METUSDT")
    orphan = desk.open()
    desk.trade("buy", symbol="METUSDT")
    desk.trade("buy")
    stop = desk.protect(1), desk.protect(2)
    desk.client.confirm_close(2, "closed elsewhere", orders_ended=[desk.row(2).stop_loss_order])
    assert orphan.position_id == 2
    desk.age()
    stranger = desk.trade("sell", kind="limit", price=Decimal(120), client_order_id="by-hand")
    assert ("orphaned_order", "critical", 2) in findings(desk, *LIVE, "--evidence")
    assert desk.exchange._orders[stop[1].order_id].status == "open"
    document = desk.json("recover", "--confirm")
    assert [(each["symbol"], each["order"]) for each in document["orders_cancelled"]] == [
        ("APTUSDT", stop[1].client_order_id)
    ]
    assert desk.exchange._orders[stop[1].order_id].status == "canceled"
    assert desk.exchange._orders[stranger.order_id].status == "open"


def test_what_is_seen_once_is_not_cancelled(desk: Desk) -> None:
    desk.open("METUSDT")
    desk.open()
    stop = desk.protect(2)
    desk.protect(1)
    desk.client.confirm_close(2, "closed elsewhere", orders_ended=[desk.row(2).stop_loss_order])
    desk.age()
    assert "orders_cancelled" not in desk.json("recover", "--confirm")
    assert desk.exchange._orders[stop.order_id].status == "open"


def test_a_list_of_orders_that_fails_stops_no_recovery(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open(status="pending_sl")
    desk.age()
    desk.trade("buy")

    async def fail(self: Exchange, *arguments: Any, **options: Any) -> Any:
        raise Unreachable("binance: HTTP 503")

    monkeypatch.setattr(Exchange, "open_orders", fail)
    (recovered,) = desk.json("recover", "--confirm")["recovered"]
    assert recovered["status"] == "active"


def test_a_stop_loss_of_an_adopted_table_is_learnt_from_the_list(desk: Desk) -> None:
    desk.trade("buy")
    desk.client.adopt_position("binance", "APTUSDT", "long", 5, PRICE, datetime.now(UTC), stop_loss_price=95)
    desk.age()
    stop = desk.trade("sell", kind="stop", trigger=Decimal(95), reduce_only=True)
    assert desk.row(1).orders_left == ["*"]
    desk.run(*APPLY)
    desk.age("1 minute")
    desk.run(*APPLY)
    row = desk.row(1)
    assert (row.status, row.stop_loss_order, row.orders_left) == (
        "active",
        f"id:{stop.order_id}",
        [f"id:{stop.order_id}"],
    )


def test_one_contract_under_two_spellings_is_neither_closed_nor_adopted(desk: Desk) -> None:
    desk.open("BTCPERP")
    desk.age()
    desk.trade("buy", symbol="AVLUSDT")  # as the exchange calls it
    stop = desk.trade(
        "sell",
        symbol="AVLUSDT",
        kind="stop",
        trigger=Decimal(98),
        reduce_only=True,
        client_order_id=desk.row(1).stop_loss_order,
    )
    for _ in range(2):
        assert findings(desk, *APPLY) == [("symbol_mismatch", "critical", 1)]
        desk.age("1 minute")
    assert "the exchange holds the same as AVLUSDT" in " ".join(desk.run(*LIVE).out.split())
    for _ in range(2):
        assert "orders_cancelled" not in desk.json("recover", "--confirm")
        desk.age("1 minute")
    assert desk.exchange._orders[stop.order_id].status == "open"
    assert [(row.position_id, row.symbol, row.status) for row in desk.client.open_positions()] == [
        (1, "BTCPERP", "active")
    ]


def test_recovery_does_not_take_it_for_closed(desk: Desk) -> None:
    desk.open("METUSDT", status="pending_close")
    desk.age()
    desk.trade("buy", symbol="AVLUSDT")
    (left,) = desk.json("recover", "--confirm")["recovered"]
    assert (left["outcome"], left["status"]) == ("left", "pending_close")
    assert left["reason"] == "symbol_mismatch: the exchange holds the same as AVLUSDT"


@pytest.mark.parametrize(("side", "quantity", "price"), [("sell", 5, 100), ("buy", 4, 100), ("buy", 5, 106)])
def test_what_is_not_the_same_is_another_one(desk: Desk, side: str, quantity: int, price: int) -> None:
    desk.open("METUSDT")
    desk.age()
    desk.exchange.set_market("AVLUSDT", Market(Decimal(price)))
    desk.trade(side, quantity, symbol="AVLUSDT")
    names = [name for name, *_ in findings(desk, *LIVE, "--evidence")]
    assert "symbol_mismatch" not in names
    assert {"orphaned_db", "orphaned_exchange"} <= set(names)
