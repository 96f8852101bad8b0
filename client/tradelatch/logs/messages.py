"""Facts: what one line of a log says, in words that are the same for every bot.

Every text that a log brings along is made printable here, so that nothing in it commands a terminal.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from ..visible import visible

if TYPE_CHECKING:
    from .grammar import Message

Kind = Literal[
    "signal",  # a signal is executed
    "opening",  # an opening begins
    "record",  # a row is about to be written
    "row",  # a row was written
    "existing",  # a row that was there is handed to whoever wanted to write one
    "order",  # the entry order was placed
    "adjust",  # an order that adds to a position, or replaces one, on purpose
    "filled",  # an order was, or the entry of a row
    "canceled",  # an entry order, or a row that never had more
    "exit",  # an exit order
    "status",  # a row is moved to a status
    "stop_loss",
    "sync",  # the synchronizer runs
    "violation",  # a unique constraint refused a row
    "detail",  # whose row it was
    "duplicate",  # a row may not become active: another one is
    "refused",  # which row
    "standing",  # which one is active
    "rollback",
    "closing",  # whose closing order is about to be sent
    "held",  # what it is to close
    "close",  # an order that closes what a rollback found
    "missing",  # the position was not found after its order
    "naked",  # a position may have no stop-loss
    "orphan",  # a position may be left that nobody watches
    "size",  # what the exchange holds
    "exchange",  # which one the bot trades on
    "restart",
]

LONGEST_TEXT = 160
TEXT_KEPT = 2 * LONGEST_TEXT
_TOKEN = re.compile(r"[^\W_][^\s\"'(),;=<>\[\]{}|#]{2,39}")
_QUOTES = ("USDT", "USDC", "USD", "BUSD", "FDUSD", "BTC", "ETH", "EUR")


@dataclass(slots=True)
class Fact:
    """One message that matters. `at` counts microseconds; `zone` is the line's offset in minutes, where it has one.

    `text` is the log's own: printable() makes it fit to be shown. `record` tells lines of one record from lines of
    another: the record's first line's place in its file.
    """

    message: "Message"
    kind: Kind
    at: int
    zone: int | None
    text: str
    module: str
    source: int
    record: int
    symbol: str | None = None
    exchange: str | None = None
    position_id: int | None = None
    side: str | None = None
    quantity: Decimal | None = None
    price: str | None = None
    status: str | None = None
    order_id: str | None = None
    signal_id: str | None = None
    constraint: str | None = None


@dataclass(slots=True)
class Head:
    """What a record's first line says of all its lines. `fields` are those of a JSON line; `start` is where the message
    begins in its block."""

    at: int
    zone: int | None
    module: str = ""
    record: int = 0
    fields: Mapping[str, str] | None = None
    start: int = 0


def number(value: str) -> Decimal | None:
    try:
        return Decimal(value.replace(",", ""))
    except InvalidOperation:
        return None


@lru_cache(maxsize=4096)
def canonical(symbol: str) -> str:
    """`APT/USDT:USDT`, `APT-USDT` and `aptusdt` are APTUSDT; a settle currency other than the quote stays."""
    symbol = printable(symbol).rstrip(":-_/.,!?…").upper()[:40]
    pair, _, settle = symbol.partition(":")
    base, slash, quote = pair.partition("/")
    if not slash:
        base, _, quote = pair.replace("_", "-").rpartition("-")
        return base + quote if base and quote in _QUOTES and not settle else symbol
    return base + quote + ("" if settle in ("", quote) else f":{settle}")


def symbols_in(text: str) -> Iterator[str]:
    """Words that may be symbols, in any script."""
    return (canonical(word) for word in _TOKEN.findall(text))


def printable(text: str) -> str:
    """One line that does nothing to a terminal, of bounded length."""
    if len(text) <= LONGEST_TEXT and text.isprintable():
        return text.strip()
    text = visible(text[:TEXT_KEPT].strip())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
