"""What is left when everybody has finished: the rows of a book, and the orders and the position on the exchange."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from ...testing import Exchange, Holding, Order
from ..legacy import OPEN_STATUSES, LegacyBook

ZERO = Decimal(0)

# Born and ended as the event log has it, which knows an open row that a plain UPDATE would have hidden.
LATCHED_ROWS = """
    select
        p.position_id,
        p.status,
        p.side,
        p.open_quantity,
        p.stop_loss_price,
        (select min(e.at) from monitoring.position_events as e where e.position_id = p.position_id),
        (
            select min(e.at)
            from monitoring.position_events as e
            inner join monitoring.position_statuses as s on s.status = e.to_status
            where e.position_id = p.position_id and not s.is_open
        ),
        p.entry_client_order_id
    from tradelatch.positions as p
    where p.symbol = %s
    order by p.position_id
"""


@dataclass(frozen=True)
class Row:
    """A row of a book: `open_size` is what it says is on the exchange, below zero for a short position."""

    position_id: int
    status: str
    open_size: Decimal
    stop_loss_price: Decimal | None
    began: datetime
    ended: datetime | None
    entry_order: str | None = None  # the client order id that the database gave to the entry


async def legacy_rows(book: LegacyBook, symbol: str, *, like: Decimal) -> list[Row]:
    """The rows of a symbol; quantities without the zeros that the column adds to one like this."""
    return [_legacy_row(row, like) for row in await book.rows(symbol)]


async def latched_rows(dsn: str, symbol: str) -> list[Row]:
    """The rows of a symbol in the database of `dsn`."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        rows = await connection.execute(LATCHED_ROWS, [symbol])
        return [_row(*row) async for row in rows]


def _legacy_row(row: Mapping[str, Any], like: Decimal) -> Row:
    quantity = row["quantity"] if row["status"] in OPEN_STATUSES else ZERO
    if quantity == quantity.quantize(like):
        quantity = quantity.quantize(like)
    return _row(
        row["id"], row["status"], row["side"], quantity, row["stop_loss_price"], row["opened_at"], row["closed_at"]
    )


def _row(position_id: int, status: str, side: str, quantity: Decimal, *others: Any) -> Row:
    return Row(position_id, status, -quantity if side == "short" else quantity, *others)


@dataclass(frozen=True)
class Aftermath:
    """The book's rows for a symbol, and the exchange's orders and position."""

    rows: Sequence[Row]
    orders: Sequence[Order]
    entries: int
    position: Holding

    @property
    def book(self) -> Holding:
        """What the exchange would hold if the book were right."""
        return replace(self.position, size=sum((row.open_size for row in self.rows), ZERO))

    @property
    def agrees(self) -> bool:
        return self.book.size == self.position.size

    @property
    def exposing_orders(self) -> list[Order]:
        """The orders that could open a position or add to one."""
        return [order for order in self.orders if order.kind == "market" and not order.reduce_only]

    @property
    def closing_orders(self) -> list[Order]:
        return [order for order in self.orders if order.kind == "market"][self.entries :]

    @property
    def stops(self) -> list[Order]:
        return [order for order in self.orders if order.kind == "stop" and order.status == "open"]

    @property
    def open_at_once(self) -> int:
        """How many rows were open at the same instant, at the most."""
        births = [(row.began, 1) for row in self.rows]
        deaths = [(row.ended, -1) for row in self.rows if row.ended is not None]
        return _highest(change for _, change in sorted(births + deaths))


def _highest(changes: Iterable[int]) -> int:
    total = highest = 0
    for change in changes:  # of two at the same time, the one that ends a row comes first
        total += change
        highest = max(highest, total)
    return highest


def entry_orders(exchange: Exchange, symbol: str) -> list[Order]:
    """The orders that the exchange took and that opened a position, or added to one, or could have.

    By what they did, because the legacy flow's rollback sends one without the mark that it only reduces.
    """
    fills = [fill for fill in exchange.fills() if fill.order.symbol == symbol]
    filled = {fill.order.order_id for fill in fills}
    added = {
        fill.order.order_id
        for fill in fills
        if abs(fill.after.size) > abs(fill.before.size) or fill.after.size * fill.before.size < 0
    }
    market = [order for order in exchange.orders(symbol) if order.kind == "market" and not order.reduce_only]
    return [order for order in market if order.order_id in added or order.order_id not in filled]
