"""The two ways in which a scenario is played: the bot's legacy flow, and the same bot on tradelatch."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal, Protocol

import asyncpg

from ... import AsyncClient
from ...exchange import ExchangeAccess
from ...recovery import GRACE, Recovery
from ...testing import Clock
from ...testing.venue import Venue
from ..legacy import LegacyBook, LegacyBot, LegacySynchronizer, Signal, Tell, connect
from .aftermath import Row, latched_rows, legacy_rows
from .bots import GRACE_SECONDS, Bot, Synchronizer
from .scratch import NoDatabase

FlowName = Literal["legacy", "tradelatch"]
FLOWS: tuple[FlowName, ...] = ("legacy", "tradelatch")

SYNCHRONIZE_SECONDS = 2  # the interval of the bot's later version
LEASE_SECONDS = 30
# However fast the scenario: a database has to answer within a lease, and a stalled machine is no exchange that lags.
SHORTEST_LEASE = timedelta(seconds=2)
SHORTEST_GRACE = timedelta(seconds=0.2)
# What recovery is given: it waits for leases to end, and the database's grace time, which no scenario scales; and it
# looks twice at whatever it claims.
LEASES = 3
GRACES = 10
CONNECTIONS = 10


class Flow(Protocol):
    """What actors do, and what a verdict reads."""

    async def prepare(self) -> None:
        """Make what the book needs."""

    async def open_position(self, signal: Signal, tell: Tell) -> int | None:
        """The id of the active row, if it came to that."""

    async def close_position(self, signal: Signal, position_id: int, tell: Tell) -> None:
        """An ordinary exit."""

    async def synchronize(self, tell: Tell) -> None:
        """Look once at the exchange, and write rows for what the book does not show."""

    async def keep_synchronizing(self, tell: Tell) -> None:
        """Until it is cancelled."""

    async def recover(self, exchange: ExchangeAccess) -> Counter[str]:
        """Finish what dead workers left, if the flow knows how to; how many positions came to which status."""

    async def rows(self, symbol: str, *, like: Decimal) -> list[Row]:
        """What the book holds; quantities as precise as this one."""


@dataclass(frozen=True)
class Place:
    """Where a flow plays; a process that it starts gets one too. A second takes `scale` real ones."""

    flow: FlowName
    dsn: str
    schema: str  # of the legacy flow
    scale: float

    @asynccontextmanager
    async def enter(self, exchange: Venue, clock: Clock) -> AsyncIterator[Flow]:
        """The flow, with its connections."""
        async with AsyncExitStack() as afterwards:
            if self.flow == "tradelatch":
                client = await afterwards.enter_async_context(AsyncClient(self.dsn, worker="reproduce"))
                yield LatchedFlow(self, client, exchange, clock)
                return
            try:
                pool = await afterwards.enter_async_context(connect(self.dsn, connections=CONNECTIONS))
            except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # it is no libpq
                raise NoDatabase(f"no database for the legacy flow's driver: {error}") from error
            yield LegacyFlow(LegacyBook(pool, self.schema), exchange, clock)


class LegacyFlow:
    """No recovery: the bot had none."""

    def __init__(self, book: LegacyBook, exchange: Venue, clock: Clock) -> None:
        self._book = book
        self._exchange = exchange
        self._clock = clock

    async def prepare(self) -> None:
        await self._book.create_tables()

    async def open_position(self, signal: Signal, tell: Tell) -> int | None:
        return await LegacyBot(self._book, self._exchange, self._clock, tell).open_position(signal)

    async def close_position(self, signal: Signal, position_id: int, tell: Tell) -> None:
        side = "sell" if signal.side == "long" else "buy"
        await self._exchange.send(signal.symbol, side, signal.quantity, reduce_only=True)
        await self._book.close_position(signal.symbol, signal.exchange, "taking profit", Decimal(0))

    async def synchronize(self, tell: Tell) -> None:
        await LegacySynchronizer(self._book, self._exchange, self._clock, tell).run_once()

    async def keep_synchronizing(self, tell: Tell) -> None:
        await LegacySynchronizer(self._book, self._exchange, self._clock, tell).run(SYNCHRONIZE_SECONDS)

    async def recover(self, exchange: ExchangeAccess) -> Counter[str]:
        return Counter()

    async def rows(self, symbol: str, *, like: Decimal) -> list[Row]:
        return await legacy_rows(self._book, symbol, like=like)


class LatchedFlow:
    """The bot on tradelatch, and recovery beside it."""

    def __init__(self, place: Place, client: AsyncClient, exchange: Venue, clock: Clock) -> None:
        self._dsn = place.dsn
        self._client = client
        self._exchange = exchange
        self._clock = clock
        self._lease = max(timedelta(seconds=LEASE_SECONDS * place.scale), SHORTEST_LEASE)
        self._grace = max(timedelta(seconds=GRACE_SECONDS * place.scale), SHORTEST_GRACE)

    async def prepare(self) -> None:
        await self._client.schema_version()

    async def open_position(self, signal: Signal, tell: Tell) -> int | None:
        return await self._bot(tell).open_position(signal)

    async def close_position(self, signal: Signal, position_id: int, tell: Tell) -> None:
        await self._bot(tell).close_position(signal.symbol, position_id)

    def _bot(self, tell: Tell) -> Bot:
        return Bot(self._client, self._exchange, self._clock, tell, self._lease)

    async def synchronize(self, tell: Tell) -> None:
        await Synchronizer(self._client, self._exchange, tell, self._lease).run_once()

    async def keep_synchronizing(self, tell: Tell) -> None:
        await Synchronizer(self._client, self._exchange, tell, self._lease).run(self._clock, SYNCHRONIZE_SECONDS)

    async def recover(self, exchange: ExchangeAccess) -> Counter[str]:
        statuses: dict[int, str] = {}
        recovery = Recovery(self._client, {self._exchange.name: exchange}, lease=self._lease, grace=self._grace)
        until = time.monotonic() + (LEASES * (self._lease + GRACE) + GRACES * self._grace).total_seconds()
        while time.monotonic() < until:
            statuses |= {each.position_id: each.status for each in await recovery.run_once()}
            if all(row.status == "active" for row in await self._client.open_positions()):
                break
            await asyncio.sleep(self._grace.total_seconds())
        return Counter(statuses.values())

    async def rows(self, symbol: str, *, like: Decimal) -> list[Row]:
        return await latched_rows(self._dsn, symbol)
