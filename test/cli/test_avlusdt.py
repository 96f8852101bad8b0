"""The evening of 2025-10-28 on bybit, with tradelatch: wherever the bot is killed, `recover` alone ends it well.

The entry of 43 fills at once; the order object reads filled 0.0, and the position list shows nothing for 6 s.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import Receipt
from tradelatch.testing import Exchange, Faults, Market, Odds

from .desk import QUICK, Desk, new_exchange

SYMBOL = "AVLUSDT"
PRICE = Decimal("0.1358")
SIZE = Decimal(43)


class Bot:
    """The bot of that evening. Its steps are what it did, or would have done, before somebody killed it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.receipt = desk.client.create_position("bybit", SYMBOL, "long", SIZE, PRICE, stop_loss_percent=2)

    @property
    def key(self) -> tuple[int, int]:
        assert self.receipt.fence is not None
        return self.receipt.position_id, self.receipt.fence

    def send(self) -> None:
        self.sent = self.desk.send(self.receipt)

    def place(self) -> None:
        self.desk.client.place_entry(*self.key, self.sent.order_id)

    def confirm(self) -> None:
        self.receipt = self.desk.client.confirm_entry(*self.key, SIZE, average_price=PRICE)

    def give_up(self) -> None:
        self.receipt = self.desk.client.rollback_position(*self.key, "position not found after order")

    def die(self, steps: str) -> Receipt:
        for step in steps.split():
            getattr(self, step)()
        return self.receipt


@pytest.fixture
def evening(desk: Desk) -> Desk:
    desk.exchanges["bybit"] = new_exchange(
        "bybit",
        delays=replace(QUICK, list_lag=6),
        faults=Faults(Odds(hidden_fill=1, lie=4.5), seed=28),
        terse_answers=True,
    )
    desk.exchanges["bybit"].set_market(SYMBOL, Market(PRICE))
    return desk


def check_that_nothing_is_doubled(exchange: Exchange) -> None:
    entries = [order for order in exchange.orders(SYMBOL) if not order.reduce_only]
    assert len(entries) <= 1
    assert all(0 <= fill.after.size <= SIZE for fill in exchange.fills())


def protection(exchange: Exchange) -> list[Any]:
    return [
        (order.side, order.quantity, order.trigger, order.reduce_only)
        for order in exchange.orders(SYMBOL)
        if order.kind == "stop" and order.status == "open"
    ]


@pytest.mark.parametrize(
    ("died_after", "ends_as"),
    [
        ("", "failed"),
        ("send", "active"),
        ("send place", "active"),
        ("send place confirm", "active"),
        ("send place confirm send", "active"),
        ("send place give_up", "rolled_back"),
        ("send place give_up send", "rolled_back"),
        ("send place confirm send give_up", "rolled_back"),
        ("give_up", "rolled_back"),
    ],
)
def test_it_ends_flat_or_protected(evening: Desk, died_after: str, ends_as: str) -> None:
    receipt = Bot(evening).die(died_after)
    evening.age("2 minutes", positions=[receipt.position_id])
    printed = evening.run("recover", "--confirm")
    assert (printed.status, printed.err) == (0, "")
    exchange = evening.exchanges["bybit"]
    check_that_nothing_is_doubled(exchange)
    row = evening.row(receipt.position_id)
    assert row.status == ends_as
    if ends_as == "active":
        assert evening.held(SYMBOL, "bybit") == "long 43"
        assert protection(exchange) == [("sell", SIZE, row.stop_loss_price, True)]
    else:
        assert evening.held(SYMBOL, "bybit") == "flat"
        assert protection(exchange) == []
    assert evening.run("recover", "--confirm").out == "Nothing to recover.\n"


def test_an_order_that_arrives_after_the_bot_died_is_found_too(evening: Desk) -> None:
    """It was on its way when the bot was killed: seconds later it is there, and filled."""
    bot = Bot(evening)
    evening.age("2 minutes", positions=[bot.receipt.position_id])
    exchange = evening.exchanges["bybit"]
    find, asked = exchange.find, []

    async def arriving(symbol: str, name: str, *, account: str) -> Any:
        asked.append(name)
        if len(asked) == 2:
            order = bot.receipt.next_order
            assert order is not None
            await exchange.send(symbol, order.side, order.quantity, client_order_id=order.client_order_id)
        return await find(symbol, name, account=account)

    exchange.find = arriving  # type: ignore[method-assign]
    printed = evening.run("recover", "--confirm")
    assert printed.status == 0
    check_that_nothing_is_doubled(exchange)
    assert evening.held(SYMBOL, "bybit") == "long 43"
    assert protection(exchange) == [("sell", SIZE, evening.row(bot.receipt.position_id).stop_loss_price, True)]
