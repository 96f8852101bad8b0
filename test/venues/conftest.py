"""A stand-in for each venue, and exchange access to it by real ccxt."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tradelatch.venues import open_exchanges

from .binance_standin import BinanceStandIn
from .bitget_standin import BitgetStandIn
from .bybit_standin import BybitStandIn
from .gate_standin import GateStandIn
from .hyperliquid_standin import KEY as PRIVATE_KEY
from .hyperliquid_standin import HyperliquidStandIn
from .okx_standin import OkxStandIn
from .standin import KEY, PASSPHRASE, SECRET, StandIn


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


SECRETS = (KEY, SECRET, PASSPHRASE, PRIVATE_KEY, PRIVATE_KEY[2:])
EVERY = [BinanceStandIn, BitgetStandIn, BybitStandIn, GateStandIn, HyperliquidStandIn, OkxStandIn]


@pytest.fixture(params=EVERY, ids=[each.name for each in EVERY])
async def any_standin(request: pytest.FixtureRequest) -> AsyncIterator[StandIn]:
    async for started in _started(request.param()):
        yield started


@pytest.fixture
async def on_any(any_standin: StandIn) -> AsyncIterator[Any]:
    async for opened in _access(any_standin):
        yield opened


@pytest.fixture
async def binance() -> AsyncIterator[BinanceStandIn]:
    async for started in _started(BinanceStandIn()):
        yield started


@pytest.fixture
async def bybit() -> AsyncIterator[BybitStandIn]:
    async for started in _started(BybitStandIn()):
        yield started


@pytest.fixture
async def okx() -> AsyncIterator[OkxStandIn]:
    async for started in _started(OkxStandIn()):
        yield started


@pytest.fixture
async def bitget() -> AsyncIterator[BitgetStandIn]:
    async for started in _started(BitgetStandIn()):
        yield started


@pytest.fixture
async def hyperliquid() -> AsyncIterator[HyperliquidStandIn]:
    async for started in _started(HyperliquidStandIn()):
        yield started


@pytest.fixture
async def gate() -> AsyncIterator[GateStandIn]:
    async for started in _started(GateStandIn()):
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
    assert not [message for message in logged if any(secret in message for secret in SECRETS)]


def environment_of(standin: StandIn, **more: str) -> dict[str, str]:
    prefix = f"TRADELATCH_{standin.name.upper()}"
    keys = {f"{prefix}_{part}": value for part, value in standin.keys.items()}
    return keys | {f"{prefix}_URL": standin.url} | more


@dataclass
class Ended:
    status: int | None
    out: str
    err: str


Run = Callable[..., Awaitable[Ended]]


def commands(standin: StandIn, dsn: str) -> Run:
    """`run(*arguments)`: the command line as a process of its own, which reaches that stand-in."""

    async def run(*arguments: str, **variables: str) -> Ended:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADELATCH_")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tradelatch", "--dsn", dsn, *arguments),
            env=environment | environment_of(standin) | variables,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = (each.decode() for each in await process.communicate())
        assert not [secret for secret in (KEY, SECRET) if secret in out + err]
        return Ended(process.returncode, out, err)

    return run


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


@pytest.fixture
async def on_okx(okx: OkxStandIn) -> AsyncIterator[Any]:
    async for opened in _access(okx):
        yield opened


@pytest.fixture
async def on_bitget(bitget: BitgetStandIn) -> AsyncIterator[Any]:
    async for opened in _access(bitget):
        yield opened


@pytest.fixture
async def on_gate(gate: GateStandIn) -> AsyncIterator[Any]:
    async for opened in _access(gate):
        yield opened


@pytest.fixture
async def on_hyperliquid(hyperliquid: HyperliquidStandIn) -> AsyncIterator[Any]:
    async for opened in _access(hyperliquid):
        yield opened
