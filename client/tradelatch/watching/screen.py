"""The book as lines for a terminal of any size, from 80 columns on, or for a pipe, which cuts nothing.

For `watch` as many lines as fit, for `status` all.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from ..advice import advice_for
from ..core.receipt import EventRow, Finding
from ..visible import who
from .book import Book
from .figures import age, clock, line
from .tables import is_unfinished, positions_table

SEVERITIES = {"critical": "bold red", "warning": "yellow", "info": "dim"}
FEWEST_EVENTS = 5
UNLIMITED = 10**6


def render(book: Book, width: int | None, height: int = UNLIMITED) -> list[Text]:
    """At most `height` lines: health, findings, positions, and events in what is left. width None: a pipe."""
    found = [finding for finding in book.findings if finding.severity != "info"]
    blank = Text()
    lines = [health_line(book)]
    room = max(0, height - len(lines))
    lines += _limited([finding_line(finding, width) for finding in found], max(2, room // 4))
    room = max(0, height - len(lines) - 1)
    events_room = min(len(book.events), FEWEST_EVENTS) + 2 if book.events else 0
    heading, *rows = positions_table(book.positions, book.at, width)
    lines += [blank, heading] if rows else [blank, Text("nothing is open", style="dim")]
    lines += _limited(rows, max(1, room - 1 - events_room))
    room = height - len(lines) - 2
    if book.events and room > 0:
        shown = min(room, len(book.events)) if height < UNLIMITED else min(10, len(book.events))
        lines += [blank, *events_table(book.events[:shown], width)]
    return lines[:height]


def _limited(lines: Sequence[Text], room: int) -> list[Text]:
    """So many lines, the last of which says how many are missing."""
    if len(lines) <= room:
        return list(lines)
    missing = len(lines) - max(0, room - 1)
    return [*lines[: max(0, room - 1)], Text(f"… and {missing} more", style="dim")]


def standby(book: Book) -> str:
    """What a reader of a standby must know; empty on a primary."""
    return "" if book.behind is None else f"a standby, {age(book.behind)} behind"


def health_line(book: Book) -> Text:
    """How much of what is open: what is red needs somebody. What was prevented is counted for the whole book."""
    health = book.health
    unfinished = [position for position in book.positions if is_unfinished(position)]
    unprotected = sum(position.is_unprotected for position in book.positions)
    parts = [(f"{len(book.positions)} open", "bold")]
    oldest = f" ({age(book.at - min(each.created_at for each in unfinished))})" if unfinished else ""
    parts.append((f"{len(unfinished)} unfinished{oldest}", "yellow" if unfinished else "green"))
    parts.append((f"{unprotected} unprotected", "bold red" if unprotected else "green"))
    if book.only:
        parts.insert(0, ("only " + ", ".join(f"{name} {value}" for name, value in book.only.items()), ""))
    else:
        parts.append((f"{health.duplicates_prevented} prevented", ""))
        if health.rollback_rate is not None:
            parts.append((f"{100 * health.rollback_rate:.1f}% rolled back", ""))
    if not health.sees_all_accounts:
        parts.append(("not all accounts", "yellow"))
    made = Text(no_wrap=True, overflow="ellipsis")
    for index, (text, style) in enumerate(parts):
        made.append("  " if index else "")
        made.append(text, style=style)
    return made


def finding_line(finding: Finding, width: int | None) -> Text:
    """What is wrong, where, since when, and what to do."""
    account = None if finding.account == "default" else finding.account
    side = None if finding.position_side in (None, "both") else finding.position_side
    parts = (finding.exchange, account, finding.symbol, side, finding.position_id)
    where = " ".join(str(part) for part in parts if part) or "the whole database"
    advice = advice_for(finding)
    text = f"{finding.check_name} {where} {age(finding.age)}: {next(iter(advice.commands), advice.words)}"
    style = SEVERITIES[finding.severity]
    return line([("!", 1, "<", style), (text, cell_len(text) if width is None else width - 2, "<", style)])


def events_table(events: Sequence[EventRow], width: int | None) -> list[Text]:
    """A heading, and a line for each event: where, what, and who made it at the end."""
    cells = [[clock(each.at), str(each.position_id), each.exchange, each.symbol] for each in events]
    titles = ["time UTC", "id", "exchange", "symbol"]
    widths = [max(len(title), *(cell_len(row[n]) for row in cells)) for n, title in enumerate(titles)]
    left = zip(titles, widths, "<><<", strict=True)
    made = [line([*((title, w, side, "bold") for title, w, side in left), ("last events", 20, "<", "bold")])]
    for each, row in zip(events, cells, strict=True):
        moved = "" if each.from_status == each.to_status else f" → {each.to_status}"
        what = f"{each.event}{moved}  {who(each.user_name, each.application_name, brief=True)}"
        style = "red" if each.event in ("release_position", "duplicate_prevented", "rollback_position") else ""
        room = cell_len(what) if width is None else width - sum(widths) - len(widths)
        styles = ("dim", "", "", "")
        line_cells = [(text, w, side, s) for text, w, side, s in zip(row, widths, "<><<", styles, strict=True)]
        made.append(line([*line_cells, (what, room, "<", style)]))
    return made
