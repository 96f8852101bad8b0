"""Every repair is a command: resize, stop-loss, settle, orders --ended; nothing without --confirm."""

from decimal import Decimal
from typing import Any

import pytest

from .desk import Desk

WHY = ["--reason", "by hand"]


def words(printed: Any) -> str:
    return " ".join(printed.out.split())


@pytest.fixture
def active(desk: Desk) -> Desk:
    """Position 1, protected; its worker is gone."""
    desk.open()
    desk.protect(1)
    desk.age()
    return desk


def rehearsed(desk: Desk, *command: object) -> Any:
    """The same command without and with --confirm: the first one says the same and changes nothing."""
    before = desk.rows()
    said = desk.run(*command)
    assert "Nothing was done: add --confirm to do it." in said.out
    assert desk.rows() == before
    done = desk.run(*command, "--confirm")
    assert (done.status, said.status, done.err) == (0, 0, "")
    return done


def test_resize(active: Desk) -> None:
    done = rehearsed(active, "resize", 1, "--quantity", 3, "--realized-pnl", "-1.5", *WHY)
    assert "Position 1, binance APTUSDT, is pending_sl now." in done.out
    assert "a stop-loss that sells 3 at 98" in words(done)
    row = active.row(1)
    assert (row.open_quantity, row.status) == (3, "pending_sl")


def test_resize_takes_over_what_somebody_drives(desk: Desk) -> None:
    desk.open(status="pending_close")
    before = desk.fence(1)
    done = rehearsed(desk, "resize", "apt/usdt", "--quantity", 3, *WHY)
    assert done.out.startswith("Position 1 was taken over from its driver.\n")
    assert (desk.row(1).open_quantity, desk.row(1).status) == (3, "pending_close")
    assert desk.fence(1) > before


def test_resize_live_protects_the_new_size(active: Desk) -> None:
    active.trade("buy", 3)
    done = active.run("resize", 1, "--quantity", 3, *WHY, "--live", "--confirm")
    assert (done.status, "it is protected" in done.out) == (0, True)
    assert active.row(1).status == "active"


def test_a_stop_loss_that_was_moved_on_the_exchange(active: Desk) -> None:
    rehearsed(active, "stop-loss", 1, "--price", 97, *WHY)
    assert (active.row(1).stop_loss_price, active.row(1).status) == (97, "active")
    rehearsed(active, "stop-loss", 1, "--price", 96, "--order-id", "53190367", *WHY)
    assert (active.row(1).stop_loss_price, active.row(1).stop_loss_order) == (96, "id:53190367")


def test_a_stop_loss_that_stands_for_what_has_none(desk: Desk) -> None:
    desk.open(status="pending_sl")
    done = rehearsed(desk, "stop-loss", 1, "--price", 97, "--order-id", "53190367", *WHY)
    assert done.out.startswith("Position 1 was taken over from its driver.\n")
    assert (desk.row(1).stop_loss_price, desk.row(1).stop_loss_order) == (97, "id:53190367")
    assert (desk.row(1).status, desk.row(1).is_unprotected) == ("active", False)


def test_a_stop_loss_of_ours_that_stands(desk: Desk) -> None:
    receipt = desk.open(status="pending_sl")
    ours = receipt.next_order.client_order_id
    rehearsed(desk, "stop-loss", 1, "--price", 98, "--order-id", ours, *WHY)
    assert (desk.row(1).status, desk.row(1).stop_loss_order) == ("active", ours)


def test_a_stop_loss_is_moved(active: Desk) -> None:
    active.trade("buy", 5)
    done = rehearsed(active, "stop-loss", "APTUSDT", "--move-to", 99, *WHY)
    assert "To send: a stop-loss that sells 5 at 99" in words(done)
    active.age("5 minutes")
    done = active.run("stop-loss", 1, "--move-to", "98.5", *WHY, "--live", "--confirm")
    assert (done.status, "it is protected" in done.out) == (0, True), done
    assert (active.row(1).status, active.row(1).stop_loss_price) == ("active", 98.5)


@pytest.mark.parametrize(
    ("mark", "price", "options", "said"),
    [
        (
            None,
            "100.5",
            [],
            "100.5 is not below its average price of 100; --in-profit if the market has moved beyond it",
        ),
        (None, "100.5", ["--in-profit"], ""),
        (None, "99", [], ""),
        ("105", "104", [], ""),
        ("105", "105", [], "105 is not below its mark price of 105"),
        ("97", "98", ["--in-profit"], "98 is not below its mark price of 97"),
    ],
)
def test_a_stop_loss_that_would_trigger_at_once(
    active: Desk, mark: str | None, price: str, options: list[str], said: str
) -> None:
    if mark is not None:
        active.client.record_marks("binance", [{"symbol": "APTUSDT", "price": mark}])
    before = active.rows()
    printed = active.run("stop-loss", 1, "--move-to", price, *options, *WHY)
    assert printed.status == (2 if said else 0), printed
    assert said in printed.err
    assert active.rows() == before


def test_a_stop_loss_of_a_short_one_is_above_the_market(desk: Desk) -> None:
    desk.open(side="short")
    desk.age()
    refused = desk.run("stop-loss", 1, "--move-to", 99, *WHY)
    assert (refused.status, "is above the market: 99 is not above" in refused.err) == (2, True)
    assert desk.run("stop-loss", 1, "--move-to", 103, *WHY).status == 0
    assert desk.run("stop-loss", 1, "--price", 97, *WHY).status == 0  # a fact, whatever it is


def test_a_stop_loss_is_gone(active: Desk) -> None:
    active.trade("buy", 5)
    rehearsed(active, "stop-loss", 1, "--gone", *WHY)
    assert active.row(1).is_unprotected
    active.age("10 seconds")
    assert "it is protected" in active.run("recover", "--confirm").out


def test_what_gets_no_stop_loss(desk: Desk) -> None:
    desk.open(status="pending_close")
    said = desk.run("stop-loss", 1, "--price", 97, *WHY)
    assert (said.status, said.err) == (2, "tradelatch: position 1 is pending_close: it gets no stop-loss\n")


def test_settle(active: Desk) -> None:
    active.client.confirm_close(1, "stop-loss", orders_ended=active.row(1).orders_left)
    done = rehearsed(active, "settle", "APTUSDT", "--exit-price", 98, "--realized-pnl", "-10", "--fees", "0.4", *WHY)
    assert "is closed now" in words(done)
    row = active.row(1)
    assert (row.exit_price, row.realized_pnl, row.fees) == (98, -10, Decimal("0.4"))
    assert "reason by hand" in words(active.run("timeline", 1))


def test_orders(active: Desk) -> None:
    name = active.row(1).stop_loss_order
    printed = active.run("orders")
    assert "1 binance APTUSDT stop_loss" in words(printed)
    assert name in printed.out
    assert [each["name"] for each in active.json("orders", "1")["orders"]] == [name]
    assert active.json("orders", "--exchange", "bybit") == {"orders": []}
    rehearsed(active, "orders", "APTUSDT", "--ended", name)
    assert active.row(1).status == "pending_sl"
    assert active.run("orders", "--symbol", "nobody").status == 2


def test_positions(active: Desk) -> None:
    active.open("METUSDT", "short", account="sub-1")
    closed = active.open("AVLUSDT", status="pending_entry")
    active.client.cancel_position(closed.position_id, closed.fence, "too late")
    heading, *rows = active.run("positions").out.splitlines()
    assert heading.split()[:7] == ["id", "exchange", "account", "symbol", "side", "quantity", "status"]
    assert [row.split()[:7] for row in rows] == [
        ["1", "binance", "default", "APTUSDT", "long", "5", "active"],
        ["2", "binance", "sub-1", "METUSDT", "short", "5", "active"],
    ]
    assert [each["position_id"] for each in active.json("positions", "--all")["positions"]] == [1, 2, 3]
    assert [each["position_id"] for each in active.json("positions", "--account", "sub-1")["positions"]] == [2]
    header, line, *_ = active.run("positions", "--csv", "--symbol", "APTUSDT").out.splitlines()
    assert dict(zip(header.split(","), line.split(",")[:12], strict=False))["stop_loss_price"] == "98"
    assert active.run("positions", "--exchange", "bybit").out == "Nothing is open.\n"


def test_a_symbol_stands_for_the_one_position_that_has_it(desk: Desk) -> None:
    desk.open()
    desk.open(account="sub-1")
    said = desk.run("close", "APTUSDT", *WHY)
    assert said.status == 2
    assert "APTUSDT is ambiguous; name one of 2 (binance/sub-1 APTUSDT), 1 (binance APTUSDT)" in said.err
    assert "Position 2" in desk.run("close", "APTUSDT", "--account", "sub-1", *WHY).out
    assert "did you mean APTUSDT?" in desk.run("release", "apt", *WHY).err
    assert desk.run("take-over", "4711", *WHY).err == "tradelatch: there is no position 4711\n"
    assert desk.run("resize", "1", "--account", "sub-1", "--quantity", "1", *WHY).status == 2


def test_a_backup_is_named_by_its_beginning(active: Desk) -> None:
    released = active.run("release", 1, *WHY, "--confirm")
    backup = released.out.split()[-2]
    assert "restore        1" in active.run("restore", backup[:6]).out
    assert "no backup begins with 'ffff'" in active.run("restore", "ffff").err or backup.startswith("ffff")
    assert active.run("restore", backup[:2]).status == 2
