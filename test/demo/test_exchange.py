"""The rules of the simulated exchange."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import NotListed
from tradelatch.testing import (
    Bench,
    Delays,
    Exchange,
    Holding,
    Market,
    NotConforming,
    OrderRefused,
    SimulatedClock,
    conform,
)

START = datetime(2025, 10, 28, 13, 19)
ONE, TWO = Decimal(1), Decimal(2)


def venue(clock: SimulatedClock, **options: Any) -> Exchange:
    markets = {"AVLUSDT": Market(Decimal("0.1358")), "APTUSDT": Market(Decimal("3.2295"), depth=Decimal("61.0"))}
    return Exchange("bybit", clock, markets, **options)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


Play = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


@pytest.fixture
def play(clock: SimulatedClock) -> Play:
    """Run a function as the only actor; what it returns."""

    async def play(actor: Callable[[], Awaitable[Any]]) -> Any:
        async def act() -> Any:
            return await actor()

        [result] = await clock.play(act())
        return result

    return play


async def test_a_market_order_fills_after_its_delay(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, delays=Delays(fill=2, answer=1), first_order_id=53190368)

    async def buyer() -> None:
        answer = await exchange.send("AVLUSDT", "buy", TWO, client_order_id="mine")
        assert (answer.order_id, answer.client_order_id, answer.status) == ("53190368", "mine", "open")
        assert str(exchange.exposure("AVLUSDT")) == "flat"
        await clock.sleep(1)
        order = await exchange.find("AVLUSDT", "mine")
        assert order is not None
        assert (order.status, order.filled, order.average_price) == ("closed", TWO, Decimal("0.1358"))
        assert str(exchange.exposure("AVLUSDT")) == "long 2"
        assert await exchange.find("AVLUSDT", "another") is None
        assert await exchange.find("AVLUSDT", "mine", account="another") is None

    await play(buyer)


async def test_a_sender_who_no_longer_listens_has_sent_it(clock: SimulatedClock) -> None:
    exchange = venue(clock, delays=Delays(fill=2, answer=3))

    async def dying() -> None:
        await clock.sleep(1)
        raise ValueError("the bot dies")

    with pytest.raises(ValueError, match="the bot dies"):
        await clock.play(exchange.send("AVLUSDT", "buy", ONE), dying())
    await clock.play(clock.sleep(5))
    assert exchange.exposure("AVLUSDT").size == ONE


async def test_a_market_order_takes_what_is_on_offer(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock)
    order = await play(lambda: exchange.send("APTUSDT", "sell", Decimal("61.8")))
    assert (order.status, order.filled) == ("closed", Decimal("61.0"))
    assert await play(exchange.positions) == [
        Holding("default", "APTUSDT", Decimal("-61.0"), Decimal("3.2295")),
    ]


async def test_a_client_order_id_is_refused_while_its_order_is_open(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, delays=Delays(fill=5, answer=1))

    async def sender() -> None:
        await exchange.send("AVLUSDT", "buy", ONE, client_order_id="mine")
        with pytest.raises(OrderRefused, match="in use: mine"):
            await exchange.send("AVLUSDT", "buy", ONE, client_order_id="mine")
        await exchange.send("AVLUSDT", "buy", ONE, client_order_id="mine", account="another")
        await clock.sleep(5)
        await exchange.send("AVLUSDT", "buy", ONE, client_order_id="mine")  # as Binance does
        await clock.sleep(5)

    await play(sender)
    assert exchange.exposure("AVLUSDT").size == TWO
    assert exchange.exposure("AVLUSDT", account="another").size == ONE
    assert len(exchange.orders("AVLUSDT")) == 2


async def test_a_reduce_only_order_never_adds_exposure(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, delays=Delays(fill=0.5, answer=0.6))

    async def sender() -> None:
        for side in ("buy", "sell"):
            with pytest.raises(OrderRefused, match="would not reduce"):
                await exchange.send("AVLUSDT", side, ONE, reduce_only=True)
        await exchange.send("AVLUSDT", "buy", ONE)
        with pytest.raises(OrderRefused, match="would not reduce"):
            await exchange.send("AVLUSDT", "buy", ONE, reduce_only=True)
        order = await exchange.send("AVLUSDT", "sell", TWO, reduce_only=True)
        assert (order.status, order.filled) == ("closed", ONE)

    await play(sender)
    assert not exchange.exposure("AVLUSDT").size


async def test_two_reduce_only_orders_at_once_close_it_once(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock)
    await play(lambda: exchange.send("AVLUSDT", "buy", ONE))
    first, second = await clock.play(
        exchange.send("AVLUSDT", "sell", ONE, reduce_only=True),
        exchange.send("AVLUSDT", "sell", ONE, reduce_only=True),
    )
    assert (first.filled, first.status, second.filled, second.status) == (ONE, "closed", Decimal(0), "canceled")
    assert not exchange.exposure("AVLUSDT").size


async def test_stop_orders_rest_until_they_are_cancelled(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock)

    async def sender() -> None:
        stop = await exchange.send(
            "AVLUSDT", "sell", ONE, kind="stop", trigger=Decimal("0.133"), client_order_id="stop", reduce_only=True
        )
        assert stop.status == "open"
        assert await exchange.cancel("AVLUSDT", "stop")
        assert not await exchange.cancel("AVLUSDT", "stop")
        assert not await exchange.cancel("AVLUSDT", "unknown")
        other = await exchange.send("AVLUSDT", "sell", ONE, kind="stop", trigger=Decimal("0.133"))
        assert not await exchange.cancel("AVLUSDT", f"id:{other.order_id}", account="another")
        assert await exchange.cancel("AVLUSDT", f"id:{other.order_id}")

    await play(sender)
    assert [order.status for order in exchange.orders("AVLUSDT")] == ["canceled", "canceled"]


async def test_an_order_cancelled_before_its_fill_never_fills(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, delays=Delays(fill=5, answer=1))

    async def sender() -> None:
        await exchange.send("AVLUSDT", "buy", ONE, client_order_id="mine")
        assert await exchange.cancel("AVLUSDT", "mine")
        await clock.sleep(10)

    await play(sender)
    assert not exchange.exposure("AVLUSDT").size


@pytest.mark.parametrize(
    ("symbol", "quantity", "options", "reason"),
    [
        ("DOGEUSDT", ONE, {}, "no such symbol"),
        ("AVLUSDT", Decimal(0), {}, "above 0"),
        ("AVLUSDT", ONE, {"kind": "stop"}, "trigger"),
        ("AVLUSDT", ONE, {"trigger": ONE}, "trigger"),
        ("AVLUSDT", ONE, {"side": "long"}, "side"),
    ],
)
async def test_what_is_refused_leaves_no_order(
    clock: SimulatedClock, play: Play, symbol: str, quantity: Decimal, options: dict[str, Any], reason: str
) -> None:
    exchange = venue(clock)
    with pytest.raises(OrderRefused, match=reason):
        await play(lambda: exchange.send(**{"symbol": symbol, "side": "buy", "quantity": quantity, **options}))
    assert not exchange.orders(symbol)


async def test_the_position_list_lags_behind_the_stream(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, delays=Delays(fill=0.5, answer=0.6, positions=0.2, stream=0.006, list_lag=3))
    streamed: list[tuple[float, str]] = []
    exchange.listen(lambda position: streamed.append(((clock.now() - START).total_seconds(), str(position))))

    async def sender() -> None:
        await exchange.send("AVLUSDT", "buy", ONE)
        assert await exchange.positions() == []
        await clock.sleep(3)
        assert [str(position) for position in await exchange.positions()] == ["long 1"]
        await exchange.send("AVLUSDT", "sell", ONE, reduce_only=True)
        assert [str(position) for position in await exchange.positions()] == ["long 1"]
        await clock.sleep(3)
        assert await exchange.positions() == []

    await play(sender)
    assert streamed == [(0.506, "long 1"), (4.506, "flat")]


async def test_a_terse_answer_tells_neither_side_nor_fill(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, terse_answers=True)
    answer = await play(lambda: exchange.send("AVLUSDT", "buy", Decimal(43), client_order_id="mine"))
    assert (answer.status, answer.side, str(answer.filled), answer.average_price) == ("closed", None, "0.0", None)
    order = await play(lambda: exchange.find("AVLUSDT", "mine"))
    assert (order.side, order.filled) == ("buy", Decimal(43))


async def test_average_prices_follow_the_fills(clock: SimulatedClock, play: Play) -> None:
    markets = {"APTUSDT": Market(Decimal(3))}
    exchange = Exchange("binance", clock, markets)

    async def trade(side: str, quantity: int, price: int) -> tuple[object, object]:
        exchange.set_market("APTUSDT", Market(Decimal(price)))
        await play(lambda: exchange.send("APTUSDT", side, Decimal(quantity)))
        position = exchange.exposure("APTUSDT")
        return position.size, position.average_price

    assert await trade("buy", 1, 3) == (1, 3)
    assert await trade("buy", 2, 6) == (3, 5)
    assert await trade("sell", 1, 9) == (2, 5)
    assert await trade("sell", 5, 7) == (-3, 7)
    assert await trade("sell", 3, 9) == (-6, 8)
    assert await trade("buy", 6, 1) == (0, None)


@pytest.mark.parametrize(("position_side", "hedge_mode"), [("both", False), ("long", True), ("short", True)])
@pytest.mark.parametrize("terse_answers", [False, True])
async def test_it_does_what_recovery_relies_on(
    clock: SimulatedClock, play: Play, position_side: str, hedge_mode: bool, terse_answers: bool
) -> None:
    exchange = venue(clock, hedge_mode=hedge_mode, terse_answers=terse_answers)
    bench = Bench(exchange, "APTUSDT", ONE, position_side=position_side, sleep=clock.sleep)
    await play(lambda: conform(bench))
    assert not [order for order in exchange.orders("APTUSDT") if order.status == "open"]
    assert not any(held.size for held in exchange.exposures())


BREAKS: dict[str, tuple[str, Any, str]] = {
    "find forgets": ("find", None, "not within"),
    "cancel lies": ("cancel", True, "cancelled an order that was never sent"),
    "a list of orders that is always empty": ("open_orders", [], "stands 0 times"),
    "a list of positions that is always empty": ("positions", [], "not within"),
    "the other mode": ("position_mode", "hedge", "the account is in hedge mode"),
}


@pytest.mark.parametrize(("call", "answer", "told"), BREAKS.values(), ids=BREAKS)
async def test_one_that_does_not_is_told_why(
    clock: SimulatedClock, play: Play, monkeypatch: pytest.MonkeyPatch, call: str, answer: Any, told: str
) -> None:
    exchange = venue(clock)
    asked = getattr(exchange, call)

    async def broken(*arguments: Any, **options: Any) -> Any:
        if call == "find" and arguments[0] not in exchange._markets:
            return await asked(*arguments, **options)
        return answer

    monkeypatch.setattr(exchange, call, broken)
    bench = Bench(exchange, "APTUSDT", ONE, sleep=clock.sleep, patience=3)
    with pytest.raises(NotConforming, match=told):
        await play(lambda: conform(bench))
    if call in ("find", "position_mode", "open_orders"):  # the others are what it is tidied by
        assert not [order for order in exchange.orders("APTUSDT") if order.status == "open"]
        assert not any(held.size for held in exchange.exposures())


async def test_a_symbol_that_it_does_not_have_is_not_listed(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock)
    with pytest.raises(NotListed, match="bybit lists no GONEUSDT"):
        await play(lambda: exchange.find("GONEUSDT", "mine"))
    with pytest.raises(NotListed, match="bybit lists no GONEUSDT"):
        await play(lambda: exchange.open_orders("GONEUSDT"))
