from collections.abc import AsyncIterator, Callable

import pytest
from tradelatch import AsyncClient
from tradelatch.testing import Exchange, Faults, Market, SimulatedClock

from .stage import PRICE, START, SYMBOL, Stage


@pytest.fixture
async def stage(bot_dsn: str, age_leases: Callable[..., None]) -> AsyncIterator[Stage]:
    clock = SimulatedClock(START)
    exchange = Exchange("binance", clock, {SYMBOL: Market(PRICE)}, faults=Faults())
    async with AsyncClient(bot_dsn) as client:
        yield Stage(clock, exchange, client, age_leases)
