"""An operator's desk: a book, an exchange that commands reach instead of the real one, and the command line."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tradelatch import Client, PositionRow, Receipt, recovery, venues
from tradelatch.testing import Delays, Exchange, Market

SCALE = 0.01  # real seconds for one of the exchange's
GRACE = timedelta(seconds=5 * SCALE)
PRICE = Decimal(100)
SYMBOL = "APTUSDT"
TABLES = {
    "positions": "id",
    "position_events": "position_id",
    "position_backups": "position_id",
    "sightings": "0",
    "snapshots": "0",
    "order_sightings": "0",
    "order_snapshots": "0",
}
IN_HAND = """(
    select jsonb_object_agg(
        h.key,
        h.value || case when h.value ? 'until'
            then jsonb_build_object('until', (h.value ->> 'until')::timestamptz - %(interval)s::interval) else '{}' end
    )
    from jsonb_each(orders_in_hand) as h
)"""
QUICK = Delays(fill=0, answer=0.1, stop=0, cancel=0, find=0, positions=0, stream=0)


class Clock:
    """A fast clock that outlives event loops: each command has one of its own."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._start = datetime.now(UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) / SCALE)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * SCALE)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds * SCALE, callback)


@dataclass
class Desk:
    dsn: str  # an operator's
    superuser: str
    call: Callable[..., Any]
    client: Client
    exchanges: dict[str, Exchange]

    def run(self, *arguments: object) -> Any:
        return self.call("--dsn", self.dsn, *map(str, arguments))

    def json(self, *arguments: object) -> Any:
        return json.loads(self.run(*arguments, "--json").out)

    # The book

    def open(self, symbol: str = SYMBOL, side: str = "long", status: str = "active", **options: Any) -> Receipt:
        """A position of 5 that came as far as this, without anything having been sent."""
        wanted = {"exchange": "binance", "stop_loss_percent": 2} | options
        receipt = self.client.create_position(symbol=symbol, side=side, quantity=5, entry_price=PRICE, **wanted)
        position, fence = receipt.position_id, receipt.fence
        if status == "pending_rollback":
            return self.client.rollback_position(position, fence, "gave up")
        if status != "pending_entry":
            receipt = self.client.confirm_entry(position, fence, 5, average_price=PRICE)
        if status in ("active", "pending_close"):
            stop = receipt.next_order
            receipt = self.client.activate_position(
                position, fence, stop.price, stop.client_order_id, stop_loss_order_id=f"9{position}"
            )
        if status == "pending_close":
            receipt = self.client.begin_close(position, "take profit")
        return receipt

    def fence(self, position_id: int) -> int:
        """Which no view shows."""
        with psycopg.connect(self.superuser) as connection:
            query = "select fence from monitoring.positions where id = %s"
            (told,) = connection.execute(query, [position_id]).fetchall()
        return int(told[0])

    def row(self, position_id: int) -> PositionRow:
        (row,) = self.client.positions(position_id)
        return row

    def rows(self) -> dict[int, Any]:
        """The whole book, its log and its evidence: what a dry run leaves as it was."""
        with psycopg.connect(self.superuser) as connection:
            return {
                table: connection.execute(f"select * from monitoring.{table} as t order by t::text").fetchall()
                for table in TABLES
            }

    def age(self, interval: str = "2 hours", *, positions: Iterable[int] | None = None) -> None:
        """As if all that happened so far had happened so much earlier, leases included."""
        chosen = None if positions is None else list(positions)
        with psycopg.connect(self.superuser) as connection:
            connection.execute("set local session_replication_role = replica")  # the guard lets no time fall
            for table, key in TABLES.items() if chosen is None else list(TABLES.items())[:2]:
                columns = connection.execute(
                    "select column_name from information_schema.columns where table_schema = 'monitoring'"
                    " and table_name = %s and data_type = 'timestamp with time zone'",
                    [table],
                )
                changes = ", ".join(f"{column} = {column} - %(interval)s::interval" for (column,) in columns)
                if table == "positions":
                    changes += f", orders_in_hand = {IN_HAND}"
                connection.execute(
                    f"update monitoring.{table} set {changes}"
                    f" where %(chosen)s::bigint[] is null or {key} = any (%(chosen)s)",
                    {"interval": interval, "chosen": chosen},
                )

    # The exchange

    @property
    def exchange(self) -> Exchange:
        return self.exchanges["binance"]

    def trade(
        self, side: str, quantity: int | Decimal = 5, *, symbol: str = SYMBOL, on: str = "binance", **options: Any
    ) -> Any:
        """Somebody sends an order, and it is filled."""
        return asyncio.run(self.exchanges[on].send(symbol, side, Decimal(quantity), **options))

    def send(self, receipt: Receipt) -> Any:
        """What a worker sends."""
        order = receipt.next_order
        return self.trade(
            order.side,
            order.quantity,
            symbol=receipt.symbol,
            on=receipt.exchange,
            kind="stop" if order.kind == "stop_loss" else "market",
            trigger=order.price,
            reduce_only=order.reduce_only,
            client_order_id=order.client_order_id,
        )

    def protect(self, position_id: int) -> Any:
        """The stop-loss that the book knows stands on the exchange."""
        row = self.row(position_id)
        return self.trade(
            "sell" if row.side == "long" else "buy",
            row.open_quantity,
            symbol=row.symbol,
            on=row.exchange,
            kind="stop",
            trigger=row.stop_loss_price,
            reduce_only=True,
            client_order_id=row.stop_loss_order,
        )

    def held(self, symbol: str = SYMBOL, on: str = "binance") -> str:
        return str(self.exchanges[on].exposure(symbol))

    def orders(self, symbol: str = SYMBOL, on: str = "binance") -> list[tuple[str, str | None]]:
        return [(order.kind, order.side) for order in self.exchanges[on].orders(symbol)]


def new_exchange(name: str, **options: Any) -> Exchange:
    symbols = (SYMBOL, "AVLUSDT", "ZEUSUSDT", "METUSDT", "PERPUSDT", "ZBCNUSDT", "DOODUSDT", "HNTUSDT")
    markets = {symbol: Market(PRICE) for symbol in symbols}
    return Exchange(name, Clock(), markets, **{"delays": QUICK} | options)


def reach_simulated(monkeypatch: pytest.MonkeyPatch, exchanges: dict[str, Exchange]) -> None:
    """Commands that ask an exchange ask these, which settle within the scaled grace time."""

    @asynccontextmanager
    async def open_exchanges(names: Iterable[str], accounts: Iterable[str] = ()) -> AsyncIterator[dict[str, Exchange]]:
        for name in names:
            if name not in exchanges:
                raise venues.NotConfigured(f"no access to exchange {name}")
        yield {name: exchanges[name] for name in names}

    monkeypatch.setattr(venues, "open_exchanges", open_exchanges)
    monkeypatch.setattr(recovery, "GRACE", GRACE)


def shorten_grace(superuser: str) -> None:
    """The database's grace time, scaled as the exchange's clock is; a little shorter, so that it is surely over."""
    with psycopg.connect(superuser) as connection:
        connection.execute(
            "create or replace function monitoring.grace() returns interval language sql immutable parallel safe"
            " return interval '25 milliseconds'"
        )
