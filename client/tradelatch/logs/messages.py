"""The messages that matter, as the bot prints them: one table, from a line's text to facts.

Each message has a needle, bytes that every such line contains and few others do: whole blocks are searched for the
needles, and only lines that hold one are looked at. A long needle is found faster than a short one. Patterns have
bounded repetitions and read bounded text, so that no line, however hostile, takes more than linear time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal

Kind = Literal[
    "signal",  # a signal is executed
    "opening",  # an opening begins
    "record",  # a row is about to be written
    "row",  # a row was written
    "order",  # the entry order was placed
    "status",  # a row is moved to a status
    "stop_loss",
    "sync",  # the synchronizer runs
    "violation",  # a unique constraint refused a row
    "detail",  # whose row it was
    "rollback",
    "close",  # an order that closes what a rollback found
    "missing",  # the position was not found after its order
    "size",  # what the exchange holds
    "restart",
]

LONGEST_TEXT = 160
_SYMBOL = r"(?P<symbol>[A-Za-z0-9][A-Za-z0-9/:_\-]{1,39})"
_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,15})?"
_EXCHANGES = (
    *("binance", "bybit", "okx", "bitget", "kucoin", "gateio", "mexc"),
    *("bingx", "htx", "huobi", "kraken", "deribit", "bitmex", "hyperliquid"),
)


@dataclass(frozen=True)
class Message:
    """`after_rollback`: the needle is common, and only of interest for some minutes after a rollback. One of the
    `words` is in the line too, in whatever case, or the pattern need not be tried."""

    kind: Kind
    needle: bytes
    pattern: re.Pattern[str]
    after_rollback: bool = False
    words: tuple[str, ...] = ()


def _message(
    kind: Kind, needle: bytes, pattern: str, *, after_rollback: bool = False, words: tuple[str, ...] = ()
) -> Message:
    return Message(kind, needle, re.compile(pattern), after_rollback, words)


_PROGRAMS = ("bot", "trader", "trading", "engine", "system", "application")

MESSAGES = (
    _message("signal", b"Executing signal #", rf"Executing signal #(?P<signal_id>[0-9]{{1,18}}): {_SYMBOL}"),
    _message(
        "opening",
        b"Opening position ATOMICALLY: ",
        rf"Opening position ATOMICALLY: {_SYMBOL}(?: (?P<side>BUY|SELL|LONG|SHORT|buy|sell|long|short)"
        rf"(?: (?P<quantity>{_NUMBER}))?)?",
    ),
    _message("record", b"Creating position record for ", rf"Creating position record for {_SYMBOL}"),
    _message(
        "row",
        b"INSERT completed, returned position_id=",
        rf"INSERT completed, returned position_id=(?P<position_id>[0-9]{{1,18}})(?: for {_SYMBOL})?",
    ),
    _message("row", b"Position record created: ID=", r"Position record created: ID=(?P<position_id>[0-9]{1,18})"),
    _message("row", b"osition #", rf"Created position #(?P<position_id>[0-9]{{1,18}}) for {_SYMBOL}"),
    _message("order", b"Entry order placed: ", r"Entry order placed: (?P<order_id>[\w\-]{1,64})"),
    _message(
        "status", b"osition #", r"Updating position #(?P<position_id>[0-9]{1,18}) to [\"']?(?P<status>[a-z_]{4,20})"
    ),
    _message("stop_loss", b"Placing stop-loss for ", rf"Placing stop-loss for {_SYMBOL}(?: at (?P<price>{_NUMBER}))?"),
    _message("sync", b"tart", r"Position sync started for (?P<exchange>[A-Za-z][\w\-]{1,39})"),
    _message("sync", b"Syncing positions from ", r"Syncing positions from (?P<exchange>[A-Za-z][\w\-]{1,39})"),
    _message(
        "violation",
        b"duplicate key value violates unique constraint",
        r"duplicate key value violates unique constraint \\?[\"'](?P<constraint>[^\"'\\]{1,128})",
    ),
    _message(
        "rollback",
        b"Rolling back position for ",
        rf"Rolling back position for {_SYMBOL}(?:, state=(?P<status>[a-z_]{{3,20}}))?",
    ),
    _message("missing", b"Position not found for ", rf"Position not found for {_SYMBOL} after order"),
    _message(
        "restart",
        b"tart",
        r"(?i:\b(?:bot|trader|trading (?:bot|engine|system)|application)\b[^\n]{0,30}\b(?:re)?started\b)",
        words=_PROGRAMS,
    ),
    _message(
        "restart",
        b"tart",
        r"(?i:\b(?:re)?starting (?:up\b|(?:the )?(?:trading )?(?:bot|trader|engine|system|application)\b))",
        words=(*_PROGRAMS, " up"),
    ),
    _message("close", b"los", r"Emergency close executed: (?P<order_id>[\w\-]{1,64})", after_rollback=True),
    _message(
        "close",
        b"los",
        rf"(?i:\bclos(?:e|ing)\b[^\n]{{0,60}}?\b(?P<side>BUY|SELL)[ :]{{1,2}}(?P<quantity>{_NUMBER}))",
        after_rollback=True,
    ),
    _message(
        "close",
        b"los",
        r"(?i:\bclos(?:e|ing)\b[^\n]{0,60}?\bside[\"']?[ :=]{1,2}[\"']?(?P<side>BUY|SELL)\b)",
        after_rollback=True,
    ),
    _message("size", b"ize", rf"(?i:\bsize\b)[\"']?[ :=]{{1,3}}[\"']?-?(?P<quantity>{_NUMBER})", after_rollback=True),
)
DETAIL = _message(
    "detail", b"already exists", r"Key \((?P<columns>[^\n]{1,300}?)\)=\((?P<values>[^\n]{1,300}?)\) already exists"
)

NEEDLES = tuple(dict.fromkeys(message.needle for message in MESSAGES if not message.after_rollback))
NEEDLES_AFTER_ROLLBACK = tuple(dict.fromkeys(message.needle for message in MESSAGES if message.after_rollback))
_BY_NEEDLE = tuple(
    (needle.decode(), tuple(message for message in (*MESSAGES, DETAIL) if message.needle == needle))
    for needle in dict.fromkeys(message.needle for message in (*MESSAGES, DETAIL))
)
_EXCHANGE_WORD = re.compile(rf"(?i:\b({'|'.join(_EXCHANGES)})(?:usdm|coinm|_futures|_usdm)?\b)")
_TOKEN = re.compile(r"[A-Z0-9][A-Z0-9/:_\-]{2,39}")


@dataclass(slots=True)
class Fact:
    """One message that matters. `at` counts microseconds; `zone` is the line's offset in minutes, where it has one.

    `record` tells lines of one record from lines of another: the record's first line's place in its file.
    """

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
    signal_id: int | None = None
    constraint: str | None = None


@dataclass(slots=True)
class Head:
    """What a record's first line says of all its lines; `fields` are those of a JSON line."""

    at: int
    zone: int | None
    module: str = ""
    record: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)


def facts(text: str, head: Head, source: int) -> Iterator[Fact]:
    """The facts of one line's text."""
    for message in [message for needle, messages in _BY_NEEDLE if needle in text for message in messages]:
        if message.words and not any(word in text.lower() for word in message.words):
            continue
        match = message.pattern.search(text)
        if match is None:
            continue
        fact = Fact(message.kind, head.at, head.zone, printable(text), head.module, source, head.record)
        if message is DETAIL:
            _key(fact, match["columns"], match["values"])
        else:
            _fill(fact, match.groupdict())
        if fact.symbol is None and (symbol := head.fields.get("symbol")):
            fact.symbol = canonical(printable(symbol))
        if fact.exchange is None:
            fact.exchange = printable(head.fields.get("exchange", "")).lower() or named_exchange(text)
        yield fact


def _fill(fact: Fact, groups: Mapping[str, str | None]) -> None:
    for name, value in groups.items():
        if value is None:
            continue
        value = printable(value)
        match name:
            case "symbol":
                fact.symbol = canonical(value)
            case "exchange":
                fact.exchange = value.lower()
            case "position_id" | "signal_id":
                setattr(fact, name, int(value))
            case "quantity":
                fact.quantity = number(value)
            case "side":
                fact.side = "buy" if value.lower() in ("buy", "long") else "sell"
            case _:
                setattr(fact, name, value)


def _key(fact: Fact, columns: str, values: str) -> None:
    """The symbol and the exchange of `Key (symbol, exchange)=(APTUSDT, binance)`, in any order, among others."""
    key = dict(zip(columns.split(", "), printable(values).split(", "), strict=False))
    for column, value in key.items():
        if "symbol" in column:
            fact.symbol = canonical(value)
        elif "exchange" in column:
            fact.exchange = value.strip().lower()[:50]


def number(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def canonical(symbol: str) -> str:
    """`APT/USDT:USDT`, `APT/USDT` and `aptusdt` are APTUSDT; a settle currency other than the quote stays."""
    symbol = symbol.strip().rstrip(":-_/").upper()[:40]
    pair, _, settle = symbol.partition(":")
    base, slash, quote = pair.partition("/")
    if not slash:
        return symbol
    return base + quote + ("" if settle in ("", quote) else f":{settle}")


def named_exchange(text: str) -> str | None:
    """The exchange that a line names in passing."""
    lower = text.lower()
    if not any(name in lower for name in _EXCHANGES):  # many times faster than the pattern
        return None
    match = _EXCHANGE_WORD.search(lower)
    return match[1] if match else None


def symbols_in(text: str) -> Iterator[str]:
    """Words that may be symbols."""
    return (canonical(word) for word in _TOKEN.findall(text))


def printable(text: str) -> str:
    """One line that does nothing to a terminal, of bounded length."""
    text = visible(text[: LONGEST_TEXT * 2].strip())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def visible(text: str) -> str:
    """Blanks instead of what a terminal may take for a command."""
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)
