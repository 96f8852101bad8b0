"""What the simulated exchange does beside filling orders: parts, triggers, hedge mode, lags, lies, silence."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import ExchangeAccess
from tradelatch.testing import (
    Delays,
    Exchange,
    Faults,
    Market,
    Odds,
    OrderRefused,
    SimulatedClock,
    Unreachable,
)

SYMBOL = "APTUSDT"
START = datetime(2025, 10, 28, tzinfo=UTC)
ONE, THREE = Decimal(1), Decimal(3)
Play = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def play(clock: SimulatedClock) -> Play:
    async def play(actor: Callable[[], Awaitable[Any]]) -> Any:
        async def act() -> Any:
            return await actor()

        [result] = await clock.play(act())
        return result

    return play


def venue(clock: SimulatedClock, odds: Odds | None = None, seed: int = 1, **options: Any) -> Exchange:
    faults = Faults(odds or Odds(), seed=seed)
    return Exchange("binance", clock, {SYMBOL: Market(Decimal(100))}, faults=faults, **options)


def test_it_is_what_recovery_asks_for(clock: SimulatedClock) -> None:
    access: ExchangeAccess = venue(clock)
    assert access


async def test_a_limit_order_waits_for_its_price_and_fills_in_parts(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, Odds(in_parts=1))

    async def trade() -> None:
        order = await exchange.send(SYMBOL, "buy", THREE, kind="limit", price=Decimal(99), client_order_id="mine")
        assert (order.status, order.filled) == ("open", 0)
        await clock.sleep(60)
        assert not exchange.exposure(SYMBOL).size
        exchange.set_market(SYMBOL, Market(Decimal(99)))
        await clock.sleep(0.6)
        order = await exchange.find(SYMBOL, "mine")
        assert order.status == "open"
        assert 0 < order.filled < 3
        assert exchange.exposure(SYMBOL).size == order.filled
        await clock.sleep(5)
        assert (await exchange.find(SYMBOL, "mine")).status == "closed"

    await play(trade)
    assert exchange.exposure(SYMBOL).size == THREE
    assert len(exchange.fills()) in (2, 3)


async def test_an_order_cancelled_between_its_parts_keeps_what_was_filled(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, Odds(in_parts=1), delays=Delays(fill=10))

    async def trade() -> None:
        await exchange.send(SYMBOL, "buy", THREE, client_order_id="mine")
        await clock.sleep(11)
        assert await exchange.cancel(SYMBOL, "mine")
        await clock.sleep(60)

    await play(trade)
    (order,) = exchange.orders(SYMBOL)
    assert order.status == "canceled"
    assert 0 < order.filled == exchange.exposure(SYMBOL).size < 3


@pytest.mark.parametrize(("side", "closing", "trigger"), [("buy", "sell", 98), ("sell", "buy", 102)])
async def test_a_stop_triggers_when_the_price_comes_to_it(
    clock: SimulatedClock, play: Play, side: str, closing: str, trigger: int
) -> None:
    exchange = venue(clock)

    async def trade() -> None:
        await exchange.send(SYMBOL, side, ONE)
        stop = {"kind": "stop", "trigger": Decimal(trigger), "reduce_only": True, "client_order_id": "stop"}
        await exchange.send(SYMBOL, closing, ONE, **stop)
        exchange.set_market(SYMBOL, Market(Decimal(trigger)))
        await clock.sleep(1)
        order = await exchange.find(SYMBOL, "stop")
        assert (order.status, order.filled, order.average_price) == ("closed", 1, trigger)
        with pytest.raises(OrderRefused, match="at once"):
            await exchange.send(SYMBOL, closing, ONE, **stop)

    await play(trade)
    assert not exchange.exposure(SYMBOL).size


async def test_a_stop_that_finds_nothing_to_reduce_ends_empty(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock)

    async def trade() -> None:
        await exchange.send(SYMBOL, "sell", ONE, kind="stop", trigger=Decimal(98), reduce_only=True)
        exchange.set_market(SYMBOL, Market(Decimal(97)))
        await clock.sleep(1)

    await play(trade)
    assert [(order.status, order.filled) for order in exchange.orders(SYMBOL)] == [("canceled", 0)]


async def test_hedge_mode_keeps_both_sides_apart(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, hedge_mode=True)

    async def trade() -> None:
        await exchange.send(SYMBOL, "buy", THREE, position_side="long")
        await exchange.send(SYMBOL, "sell", ONE, position_side="short")
        with pytest.raises(OrderRefused, match="position side is long or short: both"):
            await exchange.send(SYMBOL, "buy", ONE)
        await exchange.send(SYMBOL, "buy", THREE, position_side="short")  # cannot turn it
        assert [(held.position_side, str(held)) for held in await exchange.positions()] == [("long", "long 3")]
        with pytest.raises(OrderRefused, match="would not reduce"):
            await exchange.send(SYMBOL, "buy", ONE, position_side="short")

    await play(trade)
    assert str(exchange.exposure(SYMBOL, position_side="long")) == "long 3"


async def test_one_way_mode_takes_no_position_side(clock: SimulatedClock, play: Play) -> None:
    with pytest.raises(OrderRefused, match="position side is both: long"):
        await play(lambda: venue(clock).send(SYMBOL, "buy", ONE, position_side="long"))


@pytest.mark.parametrize(("odds", "arrives"), [(Odds(lost=1), False), (Odds(unanswered=1), True)])
async def test_a_timeout_does_not_tell_whether_the_order_arrived(
    clock: SimulatedClock, play: Play, odds: Odds, arrives: bool
) -> None:
    exchange = venue(clock, odds)
    with pytest.raises(Unreachable):
        await play(lambda: exchange.send(SYMBOL, "buy", ONE))
    assert bool(exchange.exposure(SYMBOL).size) == arrives


async def test_an_order_may_arrive_after_its_sender_gave_up(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, Odds(unanswered=1, late=1, arrival=60), seed=3)

    async def trade() -> None:
        with pytest.raises(Unreachable):
            await exchange.send(SYMBOL, "buy", ONE)
        assert exchange.orders(SYMBOL) == []
        await clock.sleep(70)

    await play(trade)
    assert exchange.exposure(SYMBOL).size == ONE


async def test_a_rejected_order_does_not_exist(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, Odds(refused=1))
    with pytest.raises(OrderRefused, match="rejected"):
        await play(lambda: exchange.send(SYMBOL, "buy", ONE))
    assert exchange.orders(SYMBOL) == []


async def test_a_filled_order_reads_filled_0_for_a_while(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, Odds(hidden_fill=1, lie=3), seed=2)

    async def trade() -> list[tuple[str, Decimal]]:
        await exchange.send(SYMBOL, "buy", ONE, client_order_id="mine")
        told = []
        for _ in range(5):
            order = await exchange.find(SYMBOL, "mine")
            told.append((order.status, order.filled))
            await clock.sleep(1)
        return told

    told = await play(trade)
    assert told[0] == ("closed", 0)
    assert told[-1] == ("closed", 1)


async def test_the_list_can_be_behind_the_stream_and_ahead_of_it(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock, Odds(stream_lag=4), seed=5)
    streamed = []
    exchange.listen(streamed.append)

    async def trade() -> None:
        await exchange.send(SYMBOL, "buy", ONE)
        assert (len(await exchange.positions()), len(streamed)) == (1, 0)
        await clock.sleep(5)
        assert len(streamed) == 1
        exchange.faults.odds = Odds(list_lag=60)
        await exchange.send(SYMBOL, "sell", ONE)
        await clock.sleep(1)
        assert len(streamed) == 2
        assert 1 in [len(await exchange.positions()) for _ in range(5)]

    await play(trade)


async def test_an_hour_of_downtime_answers_nobody_and_triggers_still(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock)

    async def trade() -> None:
        await exchange.send(SYMBOL, "buy", ONE)
        await exchange.send(SYMBOL, "sell", ONE, kind="stop", trigger=Decimal(98), reduce_only=True)
        exchange.go_down(3600)
        exchange.set_market(SYMBOL, Market(Decimal(90)))
        for call in (
            lambda: exchange.send(SYMBOL, "buy", ONE),
            lambda: exchange.find(SYMBOL, "mine"),
            lambda: exchange.cancel(SYMBOL, "mine"),
            exchange.positions,
        ):
            with pytest.raises(Unreachable):
                await call()
        await clock.sleep(3600)
        assert await exchange.positions() == []

    await play(trade)
    assert len(exchange.orders(SYMBOL)) == 2


@pytest.mark.parametrize("other", [7, 8])
async def test_faults_and_times_come_from_one_seed(clock: SimulatedClock, play: Play, other: int) -> None:
    odds = Odds(refused=0.2, lost=0.2, unanswered=0.2, in_parts=0.5, slower=3)

    async def story(seed: int) -> list[str]:
        exchange = venue(clock, odds, seed)
        began = clock.now()
        told = []
        for _ in range(20):
            try:
                order = await exchange.send(SYMBOL, "buy", ONE)
                told.append(f"{order.status} {order.filled}")
            except (OrderRefused, Unreachable) as error:
                told.append(type(error).__name__)
            told.append(str(clock.now() - began))
        return told

    first = await play(lambda: story(7))
    assert (await play(lambda: story(other)) == first) == (other == 7)


async def test_a_stop_that_is_amended_is_the_same_order_at_another_price(clock: SimulatedClock, play: Play) -> None:
    exchange = venue(clock)

    async def trade() -> None:
        await exchange.send(SYMBOL, "buy", ONE)
        stop = await exchange.send(SYMBOL, "sell", ONE, kind="stop", trigger=Decimal(98), reduce_only=True)
        exchange.amend(stop.order_id, Decimal(99))
        [amended] = [order for order in exchange.orders(SYMBOL) if order.kind == "stop"]
        assert (amended.order_id, amended.trigger, amended.status) == (stop.order_id, Decimal(99), "open")
        exchange.amend(stop.order_id, Decimal(101))  # the price is there already
        await clock.sleep(60)
        assert exchange.exposure(SYMBOL).size == 0
        exchange.amend(stop.order_id, Decimal(97))
        assert exchange.orders(SYMBOL)[-1].trigger == Decimal(101)

    await play(trade)
