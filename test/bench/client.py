"""Lifecycles per second through the client, and of the flow that it replaces: measured in turns.

    python -m tradelatch.sandbox run -- python test/bench/client.py

runs it on a private cluster with default durability. A lifecycle of the client is create_position, confirm_entry,
activate_position and confirm_close: four round trips, each a transaction. One of the legacy flow is the bot's own
statements, on asyncpg, from opening to close, without the exchange and its sleeps: nine round trips, four commits.

    create       begin; pg_advisory_xact_lock; select the active row; insert; commit
    entry placed update
    active       update
    close        select the active row; update

asyncpg's pool sends one more round trip whenever a connection comes back (`reset`), five in a lifecycle. A bot that
takes the pool as it comes pays for them; the baseline that the goal is about does not, and stands in a row beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from typing import Any

import asyncpg
import psycopg
from measure import Row, in_turns
from tradelatch import AsyncClient, Client
from tradelatch.incidents.legacy import LegacyBook, connect

SCHEMA = "legacy"
WORKERS = (1, 8)
SYMBOLS = 20  # of each worker
QUANTITY, PRICE, FILL, STOP, EXIT = (Decimal(text) for text in ("61.8", "3.2333", "3.2330", "3.1686", "3.29"))


@dataclass
class Tally:
    """What workers did until the time was up."""

    lifecycles: int = 0
    seconds: float = 0
    processor: float = 0  # seconds that this process computed

    @property
    def per_second(self) -> float:
        return self.lifecycles / self.seconds

    @property
    def milliseconds(self) -> float:
        """Of this process, for one lifecycle."""
        return 1000 * self.processor / self.lifecycles


def symbols(worker: int) -> list[str]:
    """Nobody else's."""
    return [f"W{worker}S{number}USDT" for number in range(SYMBOLS)]


async def client_lifecycle(client: AsyncClient, symbol: str) -> None:
    made = await client.create_position("binance", symbol, "long", QUANTITY, PRICE)
    assert made.fence is not None
    entered = await client.confirm_entry(
        made.position_id, made.fence, QUANTITY, average_price=FILL, exchange_order_id="53190368"
    )
    assert entered.next_order
    stop_loss = entered.next_order.client_order_id
    await client.activate_position(made.position_id, made.fence, STOP, stop_loss, stop_loss_order_id="53190369")
    closed = await client.confirm_close(
        made.position_id, "take_profit", orders_ended=[stop_loss], exit_price=EXIT, realized_pnl=PRICE
    )
    assert closed.status == "closed"


def sync_lifecycle(client: Client, symbol: str) -> None:
    made = client.create_position("binance", symbol, "long", QUANTITY, PRICE)
    assert made.fence is not None
    entered = client.confirm_entry(
        made.position_id, made.fence, QUANTITY, average_price=FILL, exchange_order_id="53190368"
    )
    assert entered.next_order
    stop_loss = entered.next_order.client_order_id
    client.activate_position(made.position_id, made.fence, STOP, stop_loss, stop_loss_order_id="53190369")
    closed = client.confirm_close(
        made.position_id, "take_profit", orders_ended=[stop_loss], exit_price=EXIT, realized_pnl=PRICE
    )
    assert closed.status == "closed"


async def legacy_lifecycle(book: LegacyBook, symbol: str) -> None:
    position_id = await book.create_position(symbol, "binance", "long", QUANTITY, PRICE)
    await book.mark_entry_placed(position_id, "53190368", FILL)
    await book.activate(position_id, STOP)
    await book.close_position(symbol, "binance", "take_profit", PRICE)


async def run_tasks(lifecycle: Callable[..., Any], door: Any, workers: int, seconds: float) -> Tally:
    """Workers that do one lifecycle after the other, as tasks of one loop."""
    tally = Tally()

    async def work(worker: int, until: float) -> None:
        for symbol in cycle(symbols(worker)):
            if time.perf_counter() >= until:
                return
            await lifecycle(door, symbol)
            tally.lifecycles += 1

    async def warm(worker: int) -> None:
        for symbol in 2 * symbols(worker):
            await lifecycle(door, symbol)

    await asyncio.gather(*(warm(worker) for worker in range(workers)))
    began, computed = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(worker, began + seconds) for worker in range(workers)))
    tally.seconds, tally.processor = time.perf_counter() - began, time.process_time() - computed
    return tally


def run_threads(client: Client, workers: int, seconds: float) -> Tally:
    """The same with threads; a single worker is the main thread, as in a bot that has no other."""
    tally = Tally()
    counts = [0] * workers

    def warm(worker: int) -> None:
        for symbol in 2 * symbols(worker):
            sync_lifecycle(client, symbol)

    def work(worker: int) -> None:
        for symbol in cycle(symbols(worker)):
            if time.perf_counter() >= began + seconds:
                return
            sync_lifecycle(client, symbol)
            counts[worker] += 1

    def together(step: Callable[[int], None]) -> None:
        if workers == 1:
            step(0)
        else:
            with ThreadPoolExecutor(workers) as executor:
                list(executor.map(step, range(workers)))

    together(warm)
    began, computed = time.perf_counter(), time.process_time()
    together(work)
    tally.lifecycles = sum(counts)
    tally.seconds, tally.processor = time.perf_counter() - began, time.process_time() - computed
    return tally


async def keep(connection: asyncpg.Connection) -> None:
    """The reset of a pool that trusts its users: no round trip."""


def legacy(dsn: str, workers: int, seconds: float, *, reset: bool = False) -> Tally:
    """The legacy flow, on a pool with a connection for each worker."""

    async def run() -> Tally:
        settings = {} if reset else {"reset": keep}
        async with connect(dsn, connections=workers, **settings) as pool:
            return await run_tasks(legacy_lifecycle, LegacyBook(pool, SCHEMA), workers, seconds)

    return asyncio.run(run())


def tasks(dsn: str, workers: int, seconds: float) -> Tally:
    """AsyncClient, shared by the workers, as users make it."""

    async def run() -> Tally:
        async with AsyncClient(dsn) as client:
            return await run_tasks(client_lifecycle, client, workers, seconds)

    return asyncio.run(run())


def threads(dsn: str, workers: int, seconds: float) -> Tally:
    """Client, shared by the workers, as users make it."""
    with Client(dsn) as client:
        return run_threads(client, workers, seconds)


class Measured:
    """Lifecycles per second of one of the two, and what this process computed for them."""

    def __init__(self, run: Callable[..., Tally], *arguments: Any, **settings: Any) -> None:
        self._run = lambda: run(*arguments, **settings)
        self._tallies: list[Tally] = []

    def __call__(self) -> float:
        self._tallies.append(self._run())
        return self._tallies[-1].per_second

    @property
    def milliseconds(self) -> float:
        return statistics.median(tally.milliseconds for tally in self._tallies)


def measure(dsn: str, pairs: int, seconds: float) -> list[Row]:
    """Row 2 of the table: the legacy flow against AsyncClient and Client, for 1 and 8 workers."""
    asyncio.run(prepare(dsn))
    rows = []
    for workers in WORKERS:
        for what, run, reset, goal in (
            ("AsyncClient", tasks, False, ">= 2.5"),
            ("AsyncClient, the pool resets", tasks, True, None),
            ("Client", threads, False, None),
        ):
            baseline = Measured(legacy, dsn, workers, seconds, reset=reset)
            measured = Measured(run, dsn, workers, seconds)
            taken = in_turns(pairs, baseline, measured)
            note = (
                f"psycopg's {psycopg.pq.__impl__} implementation; this process computes {measured.milliseconds:.2f} ms"
                f" for a lifecycle, {baseline.milliseconds:.2f} ms for a legacy one"
            )
            rows.append(
                Row(
                    number="2",
                    what=f"{what}, {workers} worker{'s' * (workers > 1)}",
                    baseline="legacy flow on asyncpg" + ", default pool" * reset,
                    measured=what.split(",")[0],
                    unit="lifecycles/s",
                    pairs=taken,
                    goal=goal,
                    note=note,
                )
            )
    return rows


async def prepare(dsn: str) -> None:
    """The legacy table, if it is not there yet."""
    async with connect(dsn, connections=1) as pool:
        if not await pool.fetchval("select to_regnamespace($1) is not null", SCHEMA):
            await LegacyBook(pool, SCHEMA).create_tables()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5, help="pairs of measurements for each row")
    parser.add_argument("--seconds", type=float, default=3, help="length of one measurement")
    options = parser.parse_args()
    for row in measure(os.environ["TRADELATCH_DSN"], options.pairs, options.seconds):
        baselines, measured = zip(*row.pairs, strict=True)
        print(
            f"{row.what:<40} {statistics.median(measured):>7.1f} /s, legacy {statistics.median(baselines):>7.1f} /s:"
            f" {row.ratio:.2f} ({min(row.ratios):.2f} to {max(row.ratios):.2f})\n    {row.note}",
            flush=True,
        )


if __name__ == "__main__":
    main()
