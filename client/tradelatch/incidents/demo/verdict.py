"""What is left after an incident, in the book and on the exchange, and whether that is as it should be."""

from decimal import Decimal
from typing import Literal

from rich.console import Console
from rich.text import Text

from ...timeline import STYLES, Mood, print_facts
from ..reproduce.aftermath import Aftermath


def broken_promises(after: Aftermath, *, ends: Literal["protected", "flat"]) -> list[str]:
    """What is not as tradelatch promises, a line each; none when it held."""
    broken = []
    if len(after.rows) != 1:
        broken.append(f"{len(after.rows)} rows were opened for one position")
    if len(after.exposing_orders) != 1:
        broken.append(f"{len(after.exposing_orders)} orders were sent that add exposure")
    if not after.agrees:
        broken.append(f"the exchange is {after.position}, the book says {after.book}")
    if ends == "flat":
        if after.position.size:
            broken.append(f"the exchange is {after.position}, not flat")
        broken += [f"row {row.position_id} is {row.status}" for row in after.rows if row.status != "rolled_back"]
    else:
        if not after.position.size:
            broken.append("the signal's position is gone from the exchange")
        broken += [f"row {row.position_id} is {row.status}" for row in after.rows if row.status != "active"]
        stops = [(stop.quantity, stop.trigger) for stop in after.stops]
        protecting = [(after.position.quantity, row.stop_loss_price) for row in after.rows]
        if len(stops) != 1 or stops[0] not in protecting:
            broken.append("the stop-loss on the exchange is not that of the position")
    return broken


def shows_fault(after: Aftermath, asked_for: Decimal) -> bool:
    """Whether a position was opened twice, in the book or on the exchange."""
    return len(after.rows) > 1 or after.position.quantity > asked_for


def print_verdict(console: Console, symbol: str, legacy: Aftermath, latched: Aftermath) -> None:
    """A row per fact, a column per flow; red is what is wrong."""
    print_facts(console, symbol, {"legacy flow": _facts(legacy), "tradelatch": _facts(latched)})


def _facts(after: Aftermath) -> dict[str, Text]:
    word, mood = _word(after)
    rows = ", ".join(f"{row.position_id} {row.status}" for row in after.rows)
    closing = ", ".join(
        f"{order.side} {order.quantity}".upper() + (" reduce-only" if order.reduce_only else "")
        for order in after.closing_orders
    )
    return {
        "rows opened": _text(f"{len(after.rows)}: {rows}", "bad" if len(after.rows) > 1 else "plain"),
        "entry orders": _text(f"{after.entries}"),
        "closing orders": _text(closing),
        "on the exchange": _text(f"{after.position}", "plain" if after.agrees else "bad"),
        "in the book": _text(f"{after.book}", "plain" if after.agrees else "bad"),
        "stop-loss orders": _text(f"{len(after.stops)}"),
        "in a word": _text(word, mood),
    }


def _word(after: Aftermath) -> tuple[str, Mood]:
    if not after.agrees:
        if not after.position.size:
            return "in the book, and gone", "bad"
        return "book and exchange differ" if after.book.size else "in no book, and unguarded", "bad"
    if not after.position.size:
        return "nothing is left", "good"
    return ("one position, protected", "good") if len(after.stops) == 1 else ("open, and not protected", "bad")


def _text(text: str, mood: Mood = "plain") -> Text:
    return Text(text, style=STYLES[mood])
