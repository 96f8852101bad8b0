"""What the verdict reads: rows that overlap, orders that open, and waits for locks."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tradelatch.incidents.reproduce.aftermath import Aftermath, Row, entry_orders
from tradelatch.incidents.reproduce.lock_waits import watched_lock_waits
from tradelatch.testing import Delays, Exchange, Holding, Market, SimulatedClock

START = datetime(2025, 10, 22, 21, 50, tzinfo=UTC)
SYMBOL = "APTUSDT"


def row(number: int, began: float, ended: float | None) -> Row:
    times = (None if seconds is None else START + timedelta(seconds=seconds) for seconds in (began, ended))
    return Row(number, "active", Decimal(1), None, *times)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spans", "at_once"),
    [
        ([], 0),
        ([(0, None)], 1),
        ([(0, 1), (1, 2)], 1),
        ([(0, 2), (1, None)], 2),
        ([(0, 9), (1, 2), (3, 4)], 2),
        ([(0, 9), (1, 5), (3, 4)], 3),
    ],
)
def test_how_many_rows_were_open_at_once(spans: Sequence[tuple[float, float | None]], at_once: int) -> None:
    rows = [row(number, *span) for number, span in enumerate(spans)]
    assert Aftermath(rows, [], 0, Holding("default", SYMBOL)).open_at_once == at_once


async def test_entry_orders_are_known_by_what_they_did() -> None:
    clock = SimulatedClock(START)
    exchange = Exchange("binance", clock, {SYMBOL: Market(Decimal(3))}, delays=Delays(answer=0.6, fill=0.5))

    async def trade() -> None:
        async def send(side: str, quantity: int, **options: Any) -> None:
            await exchange.send(SYMBOL, side, Decimal(quantity), **options)

        await send("buy", 2)  # opens
        await send("buy", 1)  # adds
        await send("sell", 1)  # reduces, though nothing says that it must
        await send("sell", 4)  # turns
        await send("buy", 1, reduce_only=True)
        await send("buy", 1, kind="stop", trigger=Decimal(4), reduce_only=True)

    await clock.play(trade())
    assert [(order.side, order.quantity) for order in entry_orders(exchange, SYMBOL)] == [
        ("buy", 2),
        ("buy", 1),
        ("sell", 4),
    ]


async def test_an_order_that_was_cancelled_before_it_filled_counts() -> None:
    clock = SimulatedClock(START)
    exchange = Exchange("binance", clock, {SYMBOL: Market(Decimal(3))}, delays=Delays(answer=0.1, fill=5))

    async def trade() -> None:
        order = await exchange.send(SYMBOL, "buy", Decimal(1))
        await exchange.cancel(SYMBOL, order.client_order_id)

    await clock.play(trade())
    assert len(entry_orders(exchange, SYMBOL)) == 1


async def test_waits_for_locks_are_seen(database: str) -> None:
    with psycopg.connect(database) as holder, psycopg.connect(database) as waiter:
        holder.execute("select pg_advisory_xact_lock(7)")
        thread = threading.Thread(target=waiter.execute, args=["select pg_advisory_xact_lock(7)"])
        async with watched_lock_waits(database) as waits:
            thread.start()
            async with await psycopg.AsyncConnection.connect(database, autocommit=True) as observer:
                query = "select from pg_locks where not granted and clock_timestamp() > waitstart + interval '50 ms'"
                while not (await observer.execute(query)).rowcount:
                    pass
            holder.rollback()
        thread.join()
    assert len(waits) == 1
    assert waits[0] > 0


async def test_without_a_wait_there_is_none(database: str) -> None:
    async with watched_lock_waits(database) as waits:
        pass
    assert waits == []
