"""The bot on tradelatch: its synchronizer believes what it has seen twice, its exits leave nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tradelatch import AsyncClient
from tradelatch.incidents.legacy import Signal
from tradelatch.incidents.reproduce.bots import Bot, Synchronizer
from tradelatch.testing import Delays, Exchange, Market, ScaledClock

SYMBOL = "APTUSDT"
SIGNAL = Signal(5483266, SYMBOL, "binance", "short", Decimal("61.8"), Decimal("3.2333"))


def tell(step: str, text: str) -> None:
    """Nobody listens."""


@pytest.fixture
async def clock() -> ScaledClock:
    return ScaledClock(datetime.now(UTC), 0.02)


@pytest.fixture
async def exchange(clock: ScaledClock) -> Exchange:
    return Exchange("binance", clock, {SYMBOL: Market(Decimal("3.2295"))}, delays=Delays())


@pytest.fixture
async def client(bot_dsn: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(bot_dsn) as client:
        yield client


async def test_the_synchronizer_adopts_and_protects_what_nobody_claims(
    client: AsyncClient, exchange: Exchange, clock: ScaledClock
) -> None:
    await exchange.send(SYMBOL, "sell", Decimal("61.8"))
    synchronizer = asyncio.create_task(Synchronizer(client, exchange, tell).run(clock, every=1))
    while not [row for row in await client.open_positions() if row.status == "active"]:
        assert not synchronizer.done()
    synchronizer.cancel()
    (row,) = await client.positions()
    assert (row.side, row.open_quantity, row.origin) == ("short", Decimal("61.8"), "adopted")
    assert [(order.kind, order.status) for order in exchange.orders(SYMBOL)] == [("market", "closed"), ("stop", "open")]


async def test_the_synchronizer_leaves_what_was_closed_while_it_looked(
    client: AsyncClient, exchange: Exchange, clock: ScaledClock
) -> None:
    bot = Bot(client, exchange, clock, tell)
    position_id = await bot.open_position(SIGNAL)
    assert position_id is not None
    looks: list[str] = []

    def watch(step: str, text: str) -> None:
        looks.append(step)

    stale = await exchange.positions()

    async def still_listed(*, account: str = "default") -> list[object]:
        if looks.count("sync") == 2:
            await bot.close_position(SYMBOL, position_id)
        return list(stale)

    exchange.positions = still_listed  # type: ignore[method-assign, assignment]
    synchronizer = asyncio.create_task(Synchronizer(client, exchange, watch).run(clock, every=0))
    while looks.count("sync") < 3:  # then it has decided on what it saw in its first two looks
        await asyncio.sleep(0)
        assert not synchronizer.done()
    synchronizer.cancel()
    assert "found" not in looks
    assert len(await client.positions()) == 1


async def test_an_exit_closes_and_takes_the_stop_loss_away(
    client: AsyncClient, exchange: Exchange, clock: ScaledClock
) -> None:
    bot = Bot(client, exchange, clock, tell)
    position_id = await bot.open_position(SIGNAL)
    assert position_id is not None
    await bot.close_position(SYMBOL, position_id)
    (row,) = await client.positions()
    assert (row.status, row.exit_price) == ("closed", Decimal("3.2295"))
    assert not exchange.exposure(SYMBOL).size
    assert not [order for order in exchange.orders(SYMBOL) if order.status == "open"]
