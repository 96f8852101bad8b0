"""A stand-in for each venue, and exchange access to it by real ccxt."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tradelatch.venues import open_exchanges

from .binance_standin import BinanceStandIn
from .bybit_standin import BybitStandIn
from .standin import KEY, SECRET, StandIn


@pytest.fixture(autouse=True)
def without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is none here: ccxt need not read the authorities' certificates, nor wait for its end when it closes."""
    import ccxt.async_support as ccxt  # here: it takes a second, also of whoever selects other tests by -k

    monkeypatch.setattr(ccxt.Exchange, "verify", False)
    monkeypatch.setattr(ccxt.Exchange, "timeout_on_exit", 0)


@pytest.fixture(autouse=True)
def paced(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What each request costs, by ccxt's rate limiter, which here lets all pass at once."""
    from ccxt.async_support.base.throttler import Throttler

    costs: list[object] = []

    async def pass_at_once(self: Throttler, cost: object = None) -> None:
        costs.append(cost)

    monkeypatch.setattr(Throttler, "__call__", pass_at_once)
    return costs


@pytest.fixture(params=[BinanceStandIn, BybitStandIn], ids=["binance", "bybit"])
async def standin(request: pytest.FixtureRequest) -> AsyncIterator[StandIn]:
    async for started in _started(request.param()):
        yield started


@pytest.fixture
async def binance() -> AsyncIterator[BinanceStandIn]:
    async for started in _started(BinanceStandIn()):
        yield started


@pytest.fixture
async def bybit() -> AsyncIterator[BybitStandIn]:
    async for started in _started(BybitStandIn()):
        yield started


async def _started(standin: Any) -> AsyncIterator[Any]:
    await standin.start()
    yield standin
    await standin.stop()


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Any:
    """Whatever a test does, at the lowest level of every logger."""
    caplog.set_level(logging.DEBUG)
    yield
    logged = [record.getMessage() for when in ("setup", "call") for record in caplog.get_records(when)]
    assert not [message for message in logged if KEY in message or SECRET in message]


def environment_of(standin: StandIn, **more: str) -> dict[str, str]:
    prefix = f"TRADELATCH_{standin.name.upper()}"
    return {f"{prefix}_KEY": KEY, f"{prefix}_SECRET": SECRET, f"{prefix}_URL": standin.url} | more


async def _access(standin: Any) -> AsyncIterator[Any]:
    async with open_exchanges([standin.name], environment=environment_of(standin)) as exchanges:
        yield exchanges[standin.name]


@pytest.fixture
async def exchange(standin: StandIn) -> AsyncIterator[Any]:
    async for opened in _access(standin):
        yield opened


@pytest.fixture
async def on_binance(binance: BinanceStandIn) -> AsyncIterator[Any]:
    async for opened in _access(binance):
        yield opened


@pytest.fixture
async def on_bybit(bybit: BybitStandIn) -> AsyncIterator[Any]:
    async for opened in _access(bybit):
        yield opened
