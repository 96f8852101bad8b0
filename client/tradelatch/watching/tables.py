"""Positions in columns: what identifies one is always there, the others give way to the width by importance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from rich.cells import cell_len
from rich.text import Text

from ..core.receipt import PositionRow
from .figures import age, line, number

STALE_MARK = timedelta(minutes=1)
EPOCH = 1970  # the lease of a fence that nobody was given

Cell = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """rank: 0 identifies a position; the others are shown in the order of their ranks, as far as the width goes."""

    title: str
    rank: int
    side: str
    cell: Callable[[PositionRow, datetime, int], Cell]


def positions_table(rows: Sequence[PositionRow], now: datetime, width: int | None) -> list[Text]:
    """A heading and a line for each position. width None: every column, and every digit."""
    digits = 12 if width is not None else 60
    cells = {column.title: [column.cell(row, now, digits) for row in rows] for column in COLUMNS}
    widths = {title: max([len(title), *(cell_len(text) for text, _ in told)]) for title, told in cells.items()}
    shown = [column for column in COLUMNS if column.rank == 0 or any(text for text, _ in cells[column.title])]
    if width is not None:
        room = width - sum(widths[column.title] + 1 for column in shown if column.rank == 0) + 1
        for column in sorted(shown, key=lambda column: column.rank):
            if column.rank == 0:
                continue
            if widths[column.title] + 1 <= room:
                room -= widths[column.title] + 1
            else:
                shown.remove(column)
    made = [line([(column.title, widths[column.title], column.side, "bold") for column in shown])]
    for number_of, _ in enumerate(rows):
        made.append(
            line([(cells[c.title][number_of][0], widths[c.title], c.side, cells[c.title][number_of][1]) for c in shown])
        )
    return made


def is_unfinished(position: PositionRow) -> bool:
    """Somebody has to go on with it: it is open and not active, or an order is left beside its stop-loss."""
    return position.closed_at is None and (position.status != "active" or position.is_unguarded)


def _quantity(position: PositionRow, now: datetime, digits: int) -> Cell:
    """What is open; before a fill what was asked for."""
    is_opening = position.status in ("pending_entry", "entry_placed")
    quantity = position.quantity if is_opening and not position.open_quantity else position.open_quantity
    return number(quantity, digits), ""


def _status(position: PositionRow, now: datetime, digits: int) -> Cell:
    """Of an active one with an order that somebody must cancel, also how many are left beside its stop-loss."""
    if position.status == "active" and position.is_unguarded:
        beside = set(position.orders_left) - {position.stop_loss_order}
        return f"active, {len(beside)} left", "yellow"
    return position.status, "yellow" if is_unfinished(position) else ""


def _protection(position: PositionRow, now: datetime, digits: int) -> Cell:
    """The stop-loss that stands; of what is closed but for its orders, how many are left."""
    if position.status == "pending_cancels":
        return f"{len(position.orders_left)} left", "yellow"
    if position.is_unprotected:
        return "none", "bold red"
    is_open = position.closed_at is None and position.open_quantity > 0
    return (number(position.stop_loss_price, digits), "green") if is_open else ("", "")


def _lease(position: PositionRow, now: datetime, digits: int) -> Cell:
    if not is_unfinished(position) or position.lease_until is None:
        return "", ""
    if position.lease_until.year == EPOCH:
        return "none", "red"
    left = position.lease_until - now
    return age(left), "red" if left < timedelta() else ""


def _mark(position: PositionRow, now: datetime, digits: int) -> Cell:
    return number(position.mark_price, digits), "dim" if _is_old(position, now) else ""


def _profit(position: PositionRow, now: datetime, digits: int) -> Cell:
    profit: Decimal | None = position.unrealized_pnl
    if profit is None:
        return "", ""
    style = "dim" if _is_old(position, now) else "green" if profit > 0 else "red" if profit < 0 else ""
    return number(profit, digits), style


def _is_old(position: PositionRow, now: datetime) -> bool:
    return position.marked_at is None or now - position.marked_at > STALE_MARK


COLUMNS = (
    Column("id", 0, ">", lambda p, now, digits: (str(p.position_id), "")),
    Column("exchange", 0, "<", lambda p, now, digits: (p.exchange, "")),
    Column("account", 0, "<", lambda p, now, digits: (p.account, "")),
    Column("symbol", 0, "<", lambda p, now, digits: (p.symbol, "")),
    Column("side", 0, "<", lambda p, now, digits: (p.side, "")),
    Column("quantity", 0, ">", _quantity),
    Column("status", 1, "<", _status),
    Column("stop", 2, ">", _protection),
    Column("age", 3, ">", lambda p, now, digits: (age((p.closed_at or now) - p.created_at), "")),
    Column("lease", 4, ">", _lease),
    Column("average", 7, ">", lambda p, now, digits: (number(p.average_price, digits), "")),
    Column("mark", 6, ">", _mark),
    Column("profit", 5, ">", _profit),
    Column("exit", 8, ">", lambda p, now, digits: (number(p.exit_price, digits), "")),
    Column("realized", 9, ">", lambda p, now, digits: (number(p.realized_pnl, digits), "")),
)
