"""Row 5: one call of reconcile for the whole book, against the legacy synchronizer's look-ups, one each."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal

from book import open_book, snapshot, symbol_of
from databases import settle
from measure import Row
from session import Session
from tradelatch.incidents.legacy import LegacyBook, connect

STATEMENT = "select count(*) from tradelatch.reconcile('binance', $1, clock_timestamp(), complete => true)"
WARM_UP = 6  # calls: from the sixth on the server may keep one plan for all of them


def measure(dsn: str, pairs: int, seconds: float, positions: int) -> list[Row]:
    """The look-ups are the bot's own, on asyncpg; both books are in the same database, and what was seen agrees."""
    open_book(dsn, positions)
    return [
        Row(
            number="5",
            what=f"{positions:,} positions compared with the exchange's list",
            baseline="one call of reconcile",
            measured=f"{positions:,} legacy look-ups",
            unit="ms",
            pairs=asyncio.run(_measure(dsn, pairs, seconds, positions)),
            goal=">= 50",
        )
    ]


async def _measure(dsn: str, pairs: int, seconds: float, positions: int) -> list[tuple[float, float]]:
    entries = json.dumps(snapshot(positions))
    async with connect(dsn, connections=1) as pool:
        book = LegacyBook(pool)
        await book.create_tables()
        for number in range(1, positions + 1):
            await book.create_position(symbol_of(number), "binance", "long", Decimal(10), Decimal(100))
        settle(dsn)
        with Session(dsn, {"reconcile": STATEMENT}) as session:

            async def reconcile() -> float:
                took, (findings,) = session.call("reconcile", entries)
                assert findings == "0", "the book and the snapshot agree"
                return took

            async def look_up() -> float:
                began = time.perf_counter()
                for number in range(1, positions + 1):
                    assert await book.find_active(symbol_of(number), "binance") is not None
                return 1000 * (time.perf_counter() - began)

            for _ in range(WARM_UP):
                await reconcile()
                await look_up()
            return [(await _median(seconds, reconcile), await _median(seconds, look_up)) for _ in range(pairs)]


async def _median(seconds: float, call: Callable[[], Awaitable[float]]) -> float:
    """Over so many seconds."""
    took = []
    end = time.perf_counter() + seconds
    while not took or time.perf_counter() < end:
        took.append(await call())
    return statistics.median(took)
