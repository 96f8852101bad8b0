"""Row 3: workers that ask for one slot at the same time, and how long each waits that does not get it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import count

from databases import settle
from measure import Row
from psycopg_pool import AsyncConnectionPool
from tradelatch import AsyncClient
from tradelatch.incidents.legacy import LegacyBook, connect

WARM_UP = 6  # rounds: psycopg prepares what a connection sends for the sixth time
Answers = list[float]

_rounds = count(1)


def measure(dsn: str, pairs: int, seconds: float, workers: int) -> list[Row]:
    """The losers' answers of create_position by AsyncClient, against those of the legacy flow on asyncpg.

    Each worker has a connection of its own, and all are tasks of one process; they are let go at once, for another slot
    in each round. What is measured is a loser's time from its call to its answer.
    """
    asyncio.run(_prepare(dsn))
    settle(dsn)
    turns = [
        (asyncio.run(_legacy(dsn, workers, seconds)), asyncio.run(_client(dsn, workers, seconds))) for _ in range(pairs)
    ]
    return [
        Row(
            number="3",
            what=f"{workers} workers on one slot: the loser's answer, {name}",
            baseline="legacy flow on asyncpg",
            measured="AsyncClient.create_position",
            unit=f"ms, {name}",
            pairs=[(percentile(legacy, percent), percentile(client, percent)) for legacy, client in turns],
        )
        for name, percent in (("p50", 50), ("p99", 99))
    ]


def percentile(answers: Answers, percent: int) -> float:
    return statistics.quantiles(answers, n=100, method="inclusive")[percent - 1]


async def _prepare(dsn: str) -> None:
    async with connect(dsn, connections=1) as pool:
        await LegacyBook(pool).create_tables()


async def _legacy(dsn: str, workers: int, seconds: float) -> Answers:
    async with connect(dsn, connections=workers) as pool:
        book = LegacyBook(pool)

        async def ask(symbol: str) -> None:
            await book.create_position(symbol, "binance", "long", Decimal(10), Decimal(100))

        return await _rounds_of(workers, seconds, ask)


async def _client(dsn: str, workers: int, seconds: float) -> Answers:
    settings = {"min_size": workers, "max_size": workers, "kwargs": {"autocommit": True}}
    async with AsyncConnectionPool(dsn, open=False, **settings) as pool:
        await pool.wait()
        async with AsyncClient(pool=pool) as client:

            async def ask(symbol: str) -> None:
                await client.create_position("binance", symbol, "long", 10, 100)

            return await _rounds_of(workers, seconds, ask)


async def _rounds_of(workers: int, seconds: float, ask: Callable[[str], Awaitable[None]]) -> Answers:
    """The answers of all losers of all rounds, in milliseconds."""
    answers: Answers = []

    async def time_of(symbol: str, go: asyncio.Event) -> float:
        await go.wait()
        began = time.perf_counter()
        await ask(symbol)
        return 1000 * (time.perf_counter() - began)

    async def losers() -> Answers:
        go = asyncio.Event()
        symbol = f"R{next(_rounds)}USDT"
        asked = [asyncio.create_task(time_of(symbol, go)) for _ in range(workers)]
        await asyncio.sleep(0)  # until all of them wait
        go.set()
        # Nobody else is answered before the winner's commit, so the first answer is the winner's.
        _winner, *others = [await answer for answer in asyncio.as_completed(asked)]
        return others

    for _ in range(WARM_UP):
        await losers()
    end = time.perf_counter() + seconds
    while not answers or time.perf_counter() < end:
        answers += await losers()
    return answers
