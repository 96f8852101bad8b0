"""The book as lines for a terminal of any size, from 80 columns on: for `watch` as many as fit, for `status` all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from rich.text import Text

from ..core.receipt import EventRow, Finding, PositionRow
from .book import Book
from .figures import brief, clock, line, number

WIDE = 144
SEVERITIES = {"critical": "bold red", "warning": "yellow", "info": "dim"}
STALE_MARK = timedelta(minutes=1)
FEWEST_EVENTS = 5
UNLIMITED = 10**6

Cell = tuple[str, int, str, str]


def render(book: Book, width: int, height: int = UNLIMITED) -> list[Text]:
    """At most `height` lines: health, findings, positions, and events in what is left."""
    found = [finding for finding in book.findings if finding.severity != "info"]
    blank = Text()
    lines = [health_line(book)]
    room = max(0, height - len(lines))
    lines += _limited([finding_line(finding, width) for finding in found], max(2, room // 4))
    room = max(0, height - len(lines) - 1)
    events_room = min(len(book.events), FEWEST_EVENTS) + 2 if book.events else 0
    wide = width >= WIDE
    rows = [position_line(position, book, wide) for position in book.positions]
    lines += [blank, _heading(positions_heading(wide))] if rows else [blank, Text("nothing is open", style="dim")]
    lines += _limited(rows, max(1, room - 1 - events_room))
    room = height - len(lines) - 2
    if book.events and room > 0:
        lines += [blank, _heading(events_heading(width))]
        shown = min(room, len(book.events)) if height < UNLIMITED else min(10, len(book.events))
        lines += [event_line(event, width) for event in book.events[:shown]]
    return lines[:height]


def _limited(lines: Sequence[Text], room: int) -> list[Text]:
    """So many lines, the last of which says how many are missing."""
    if len(lines) <= room:
        return list(lines)
    missing = len(lines) - max(0, room - 1)
    return [*lines[: max(0, room - 1)], Text(f"… and {missing} more", style="dim")]


def _heading(cells: list[Cell]) -> Text:
    return line([(text, width, side, "bold") for text, width, side, _ in cells])


def health_line(book: Book) -> Text:
    """The health row: what is red needs somebody."""
    health = book.health
    unfinished = sum(map(_is_unfinished, book.positions))
    parts = [(f"{health.open_positions} open", "bold")]
    oldest = f" ({brief(health.oldest_unfinished_age)})" if health.oldest_unfinished_age else ""
    parts.append((f"{unfinished} unfinished{oldest}", "yellow" if unfinished else "green"))
    parts.append((f"{health.without_stop_loss} unprotected", "bold red" if health.without_stop_loss else "green"))
    parts.append((f"{health.duplicates_prevented} prevented", ""))
    if health.rollback_rate is not None:
        parts.append((f"{100 * health.rollback_rate:.1f}% rolled back", ""))
    made = Text(no_wrap=True, overflow="ellipsis")
    for index, (text, style) in enumerate(parts):
        made.append("  " if index else "")
        made.append(text, style=style)
    return made


def finding_line(finding: Finding, width: int) -> Text:
    """What is wrong, where, since when, and what to do."""
    where = " ".join(str(part) for part in (finding.symbol or finding.exchange, finding.position_id) if part)
    text = f"{finding.check_name} {where} {brief(finding.age)}: {finding.action}"
    return line([("!", 1, "<", SEVERITIES[finding.severity]), (text, width - 2, "<", SEVERITIES[finding.severity])])


def positions_heading(wide: bool) -> list[Cell]:
    return [(title, width, side, "") for title, width, side in _columns(wide)]


def _columns(wide: bool) -> list[tuple[str, int, str]]:
    if wide:
        return [
            ("id", 8, ">"), ("exchange", 10, "<"), ("account", 10, "<"), ("symbol", 16, "<"), ("side", 5, "<"),
            ("status", 16, "<"), ("quantity", 11, ">"), ("average", 11, ">"), ("age", 5, ">"), ("lease", 5, ">"),
            ("stop-loss", 11, ">"), ("mark", 11, ">"), ("profit", 11, ">"),
        ]  # fmt: skip
    return [
        ("id", 5, ">"), ("symbol", 11, "<"), ("side", 5, "<"), ("status", 16, "<"), ("age", 4, ">"),
        ("lease", 5, ">"), ("stop", 8, ">"), ("mark", 8, ">"), ("profit", 8, ">"),
    ]  # fmt: skip


def position_line(position: PositionRow, book: Book, wide: bool) -> Text:
    """One position; what it lacks is red."""
    cells = {
        "id": (str(position.position_id), ""),
        "exchange": (position.exchange, ""),
        "account": (position.account, ""),
        "symbol": (position.symbol, ""),
        "side": (position.side, ""),
        "status": _status(position),
        "age": (brief(book.at - position.created_at), ""),
        "lease": _lease(position, book),
    }
    columns = _columns(wide)
    widths = {title: width for title, width, _ in columns}
    is_opening = position.status in ("pending_entry", "entry_placed")
    quantity = position.quantity if is_opening and not position.open_quantity else position.open_quantity
    cells["quantity"] = (number(quantity, widths.get("quantity", 0)), "")
    cells["average"] = (number(position.average_price, widths.get("average", 0)), "")
    stop = "stop-loss" if wide else "stop"
    cells[stop] = _protection(position, widths[stop])
    is_old = position.marked_at is None or book.at - position.marked_at > STALE_MARK
    cells["mark"] = (number(position.mark_price, widths["mark"]), "dim" if is_old else "")
    cells["profit"] = _profit(position.unrealized_pnl, widths["profit"], is_old)
    return line([(cells[title][0], width, side, cells[title][1]) for title, width, side in columns])


def _is_unfinished(position: PositionRow) -> bool:
    """Somebody has to go on with it: it is not active, or an order is left beside its stop-loss."""
    return position.status != "active" or position.is_unguarded


def _status(position: PositionRow) -> tuple[str, str]:
    """Of an active one with an order that somebody must cancel, also how many are left beside its stop-loss."""
    if position.status == "active" and position.is_unguarded:
        beside = set(position.orders_left) - {position.stop_loss_order}
        return f"active, {len(beside)} left", "yellow"
    return position.status, "yellow" if position.status != "active" else ""


def _lease(position: PositionRow, book: Book) -> tuple[str, str]:
    if not _is_unfinished(position) or position.lease_until is None:
        return "", ""
    if position.lease_until.year == 1970:  # a fence that nobody was given
        return "none", "red"
    left = position.lease_until - book.at
    return brief(left), "red" if left < timedelta() else ""


def _protection(position: PositionRow, width: int) -> tuple[str, str]:
    """The stop-loss that stands; of what is closed but for its orders, how many are left."""
    if position.status == "pending_cancels":
        return f"{len(position.orders_left)} left", "yellow"
    if position.is_unprotected:
        return "none", "bold red"
    return (number(position.stop_loss_price, width), "green") if position.open_quantity > 0 else ("", "")


def _profit(profit: Decimal | None, width: int, is_old: bool) -> tuple[str, str]:
    if profit is None:
        return "", ""
    return number(profit, width), "dim" if is_old else "green" if profit > 0 else "red" if profit < 0 else ""


def events_heading(width: int) -> list[Cell]:
    symbol = 16 if width >= WIDE else 11
    return [("time", 8, "<", ""), ("id", 5, ">", ""), ("symbol", symbol, "<", ""), ("last events", 20, "<", "")]


def event_line(event: EventRow, width: int) -> Text:
    """One event, who made it at the end."""
    moved = "" if event.from_status == event.to_status else f" → {event.to_status}"
    who = event.application_name or event.user_name
    symbol = 16 if width >= WIDE else 11
    style = "red" if event.event in ("release_position", "duplicate_prevented", "rollback_position") else ""
    return line(
        [
            (clock(event.at), 8, "<", "dim"),
            (str(event.position_id), 5, ">", ""),
            (event.symbol, symbol, "<", ""),
            (f"{event.event}{moved}  {who}", width - symbol - 16, "<", style),
        ]
    )
