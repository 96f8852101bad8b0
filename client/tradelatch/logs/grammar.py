"""The tables of messages, from a line's text to facts: those of the package, and any that a user adds.

Each message has a needle, a text that every such line contains and few others do: whole blocks are searched for the
needles, and only lines that hold one are looked at. Patterns read bounded text.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args

from ..visible import visible
from .messages import TEXT_KEPT, Fact, Head, Kind, canonical, number, printable
from .records import Heads

TABLES = Path(__file__).parent / "tables"
KINDS: tuple[str, ...] = get_args(Kind)
_NUMBER = r"[0-9][0-9,]{0,20}(?:\.[0-9]{1,18})?"
EXAMPLES_HEAD = Head(0, None)
PLACEHOLDERS = {
    "symbol": r"""[^\W_][^\s\x00-\x1f\x7f-\x9f"'(),;=<>\[\]{}|#]{1,39}""",
    "exchange": r"[A-Za-z][\w\-]{1,39}",
    "position_id": r"[0-9]{1,18}",
    "side": r"(?i:buy|sell|long|short)",
    "quantity": _NUMBER,
    "price": _NUMBER,
    "status": r"[a-z_]{3,20}",
    "order_id": r"[\w\-]{1,64}",
    "signal_id": r"[\w.\-]{1,64}",
    "constraint": r"""[^"'\\\n]{1,128}""",
    "columns": r"[^\n]{1,300}?",
    "values": r"[^\n]{1,300}?",
}
_COLUMNS = frozenset({"kind", "needle", "pattern", "example", "fields", "after_rollback"})
_SETTINGS = frozenset({"message", "shared", "marker", "prints_fills", "prints_stop_losses"})
# Exchanges with futures, as ccxt spells them.
_EXCHANGES = (
    *("aevo", "apex", "ascendex", "bingx", "binance", "bitfinex", "bitget", "bitmart", "bitmex", "blofin", "bybit"),
    *("coinbase", "coinex", "cryptocom", "deribit", "dydx", "gateio", "htx", "huobi", "hyperliquid", "kraken"),
    *("kucoin", "mexc", "okx", "paradex", "phemex", "poloniex", "whitebit", "woo", "xt"),
)
_EXCHANGE_OF = {name + suffix: name for name in _EXCHANGES for suffix in ("", "usdm", "coinm", "futures", "perpetual")}
SHORTEST_NAME = min(map(len, _EXCHANGES))
_WORD = re.compile(r"[a-z]{2,}")


class TableError(Exception):
    """A table that cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True)
class Bot:
    """Whose messages a table has: they are looked for where a log holds the `marker`, or everywhere without one."""

    name: str
    marker: str = ""
    prints_fills: bool = False
    prints_stop_losses: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A row of a table: what a line that holds one of the `needles` and matches the pattern says.

    `after_rollback`: the needle is common, and only of interest for some minutes after a rollback. `fields` are what
    the `example` says.
    """

    bot: Bot
    number: int
    kind: Kind
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    written: str
    example: str
    fields: Mapping[str, str]
    names: tuple[str, ...]  # of the pattern's groups
    after_rollback: bool = False

    def holds_needle(self, text: str) -> bool:
        return any(needle in text for needle in self.needles)


# The places of needles in a block from some place on; each is one number, place * count + group, because a tuple each
# costs more than the search.
Search = Callable[[bytes, int], Iterator[int]]


@dataclass(frozen=True, slots=True)
class Finder:
    """Searches for the needles of some messages. `groups` are the messages that have the same needle."""

    groups: tuple[tuple[Message, ...], ...]
    searches: tuple[Search, ...]

    def hits(self, data: bytes, start: int) -> list[int]:
        """Every needle in its place, in order: divmod(hit, len(groups)) is where it stands, and its group."""
        found = [hit for search in self.searches for hit in search(data, start)]
        found.sort()
        return found


@dataclass(frozen=True)
class Table:
    """A TOML file's messages."""

    bot: Bot
    messages: tuple[Message, ...]
    shared: tuple[str, ...] = ()


@cache
def package_tables() -> tuple[Table, ...]:
    return tuple(read_table(path) for path in sorted(TABLES.glob("*.toml")))


@dataclass
class Grammar:
    """All tables that are in use."""

    tables: Sequence[Table] = field(default_factory=package_tables)

    def __post_init__(self) -> None:
        self.messages = tuple(message for table in self.tables for message in table.messages)
        self._shared = tuple(text for table in self.tables for text in table.shared)
        markers = dict.fromkeys(table.bot.marker for table in self.tables if table.bot.marker)
        self._markers = [(marker, marker.encode()) for marker in markers]
        self._finders: dict[tuple[bool, tuple[str, ...]], Finder] = {}

    def finder(self, data: bytes, *, after_rollback: bool) -> Finder:
        """What is searched for in a block: the messages of the bots whose marker it holds."""
        markers = tuple(marker for marker, sought in self._markers if sought in data)
        found = self._finders.get((after_rollback, markers))
        if found is None:
            messages = [
                each
                for each in self.messages
                if (after_rollback or not each.after_rollback) and each.bot.marker in ("", *markers)
            ]
            found = self._finders[after_rollback, markers] = _finder(messages, self._shared)
        return found

    def facts(self, text: str, head: Head, source: int, messages: Iterable[Message] | None = None) -> list[Fact]:
        """The facts of one line's text; those of some messages, if it is known which needles it holds."""
        if messages is None:
            messages = [message for message in self.messages if message.holds_needle(text)]
        return [
            fact_of(message, match, text, head, source)
            for message in messages
            if (match := message.pattern.search(text)) is not None
        ]


def read_table(path: Path) -> Table:
    """A table, or TableError with all that a user needs to mend it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise TableError(f"{path} is no TOML: {error}") from None
    rows = document.get("message")
    if not isinstance(rows, list) or not rows:
        raise TableError(f"{path} has no [[message]]")
    if unknown := sorted(document.keys() - _SETTINGS):
        raise TableError(f"{path}: {unknown[0]} is no setting; there are {', '.join(sorted(_SETTINGS))}")
    bot = _bot(path, document)
    messages = []
    for place, row in enumerate(rows, 1):
        try:
            messages.append(_message(bot, place, row))
        except ValueError as error:
            raise TableError(f"{path}: message {place}: {error}") from None
    return Table(bot, tuple(messages), _shared(path, document))


def _bot(path: Path, document: Mapping[str, Any]) -> Bot:
    settings = {name: document[name] for name in ("marker", "prints_fills", "prints_stop_losses") if name in document}
    for name, value in settings.items():
        if not isinstance(value, str if name == "marker" else bool):
            raise TableError(f"{path}: {name} is {'a text' if name == 'marker' else 'true or false'}")
    return Bot(path.stem, **settings)


def _shared(path: Path, document: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        return _texts(document.get("shared", ()), "shared")
    except ValueError as error:
        raise TableError(f"{path}: {error}") from None


def _message(bot: Bot, place: int, row: Any) -> Message:
    if not isinstance(row, dict):
        raise ValueError("it is no table")
    for column in ("kind", "needle", "pattern", "example"):
        if column not in row:
            raise ValueError(f"{column} is missing")
    if unknown := sorted(row.keys() - _COLUMNS):
        raise ValueError(f"{unknown[0]} is no column; there are {', '.join(sorted(_COLUMNS))}")
    if row["kind"] not in KINDS:
        raise ValueError(f"{row['kind']!r} is no kind; there are {', '.join(KINDS)}")
    needles = _texts(row["needle"], "needle")
    if not needles or not all(
        re.fullmatch(r"[ -~]{3,}", needle) and not set('"\\') & set(needle) for needle in needles
    ):
        raise ValueError("a needle is 3 ASCII characters or more, without quotes and backslashes")
    if not isinstance(row["pattern"], str) or not isinstance(row["example"], str):
        raise ValueError("pattern and example are texts")
    try:
        pattern = re.compile(_expanded(row["pattern"]))
    except re.error as error:
        raise ValueError(f"the pattern is no regular expression: {error}") from None
    if pattern.groups != len(pattern.groupindex):
        raise ValueError("a group without a name: write (?:…)")
    if unnamed := sorted(pattern.groupindex.keys() - PLACEHOLDERS.keys()):
        raise ValueError(f"{unnamed[0]} is no field; there are {', '.join(PLACEHOLDERS)}")
    message = Message(
        bot,
        place,
        row["kind"],
        needles,
        pattern,
        row["pattern"],
        row["example"],
        row.get("fields", {}),
        tuple(pattern.groupindex),
        row.get("after_rollback", False) is True,
    )
    _try(message)
    return message


def _texts(value: Any, column: str) -> tuple[str, ...]:
    found = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else (None,)
    if not all(isinstance(text, str) for text in found):
        raise ValueError(f"{column} is a text or a list of texts")
    return found


def _expanded(pattern: str) -> str:
    """A pattern with its `{symbol}`, `{side}`, … written out."""
    return re.sub(
        r"\{([a-z_]+)\}",
        lambda found: f"(?P<{found[1]}>{PLACEHOLDERS[found[1]]})" if found[1] in PLACEHOLDERS else found[0],
        pattern,
    )


def _try(message: Message) -> None:
    """A message says of its example what its fields say."""
    match = message.pattern.search(message.example) if message.holds_needle(message.example) else None
    if match is None:
        raise ValueError("the example does not match the pattern, or lacks the needle")
    said = said_by(fact_of(message, match, message.example, EXAMPLES_HEAD, 0)) | _key_texts(match)
    if said != dict(message.fields):
        raise ValueError(f"the example says {said}, fields says {dict(message.fields)}")


def _key_texts(match: re.Match[str]) -> dict[str, str]:
    return {name: text for name, text in match.groupdict().items() if name in ("columns", "values") and text}


def said_by(fact: Fact) -> dict[str, str]:
    """The fields of a fact as texts."""
    return {name: str(value) for name in PLACEHOLDERS if (value := getattr(fact, name, None)) is not None}


def fact_of(message: Message, match: re.Match[str], text: str, head: Head, source: int) -> Fact:
    fact = Fact(message, message.kind, head.at, head.zone, text[:TEXT_KEPT], head.module, source, head.record)
    for name, value in zip(message.names, match.groups()):  # noqa: B905  both are of the pattern
        if value is None:
            continue
        if name == "symbol":
            fact.symbol = canonical(value)
        elif name == "position_id":
            fact.position_id = int(value)
        elif name == "exchange":
            fact.exchange = value.lower()
        elif name == "quantity":
            fact.quantity = number(value)
        elif name == "side":
            fact.side = "buy" if value.lower() in ("buy", "long") else "sell"
        elif name == "values":
            _key(fact, match["columns"], value)
        elif name != "columns":
            setattr(fact, name, value if value.isprintable() else visible(value))
    if head.fields:
        if fact.symbol is None and (symbol := head.fields.get("symbol")):
            fact.symbol = canonical(symbol)
        if fact.exchange is None:
            fact.exchange = printable(head.fields.get("exchange", "")).lower() or None
    if fact.exchange is None:
        begin, end = match.span()
        fact.exchange = _exchange_before(text[:begin], head.module)
        if fact.exchange is None and len(text) - end >= SHORTEST_NAME:
            fact.exchange = named_exchange(text[end:])
    return fact


def _key(fact: Fact, columns: str, values: str) -> None:
    """The symbol and the exchange of `Key (symbol, exchange)=(APTUSDT, binance)`, in any order, among others."""
    key = dict(zip(columns.split(", "), values.split(", "), strict=False))
    for column, value in key.items():
        if "symbol" in column:
            fact.symbol = canonical(value)
        elif "exchange" in column:
            fact.exchange = printable(value).lower()[:50]


def named_exchange(text: str) -> str | None:
    """The exchange that a part of a line names in passing."""
    return next((_EXCHANGE_OF[word] for word in _WORD.findall(text.lower()) if word in _EXCHANGE_OF), None)


@lru_cache(maxsize=4096)
def _exchange_before(beginning: str, module: str) -> str | None:
    """That of a message's beginning, or of its module: both are few, and come often."""
    return named_exchange(beginning) or named_exchange(module)


def _finder(messages: Sequence[Message], shared: Sequence[str]) -> Finder:
    """One search for each text that needles have in common, and for each other needle."""
    by_needle: dict[str, list[Message]] = {}
    for message in messages:
        for needle in message.needles:
            by_needle.setdefault(needle, []).append(message)
    for needle, found in by_needle.items():  # of two needles at one place the longer one is found
        found += [each for other in by_needle if other in needle and other != needle for each in by_needle[other]]
    by_needle = dict(sorted(by_needle.items(), key=lambda each: -len(each[0])))
    numbers = {needle: number for number, needle in enumerate(by_needle)}
    parts: dict[str, list[str]] = {}
    for needle in by_needle:
        parts.setdefault(next((text for text in shared if text in needle), needle), []).append(needle)
    searches = [
        _literal(needles[0], numbers[needles[0]], len(numbers))
        if len(needles) == 1
        else _alternatives(part, [(needle, numbers[needle]) for needle in needles], len(numbers))
        for part, needles in parts.items()
    ]
    return Finder(tuple(map(tuple, by_needle.values())), tuple(searches))


def _literal(needle: str, group: int, count: int) -> Search:
    sought = needle.encode()

    def search(data: bytes, start: int) -> Iterator[int]:
        at = data.find(sought, start)
        while at >= 0:
            yield at * count + group
            at = data.find(sought, at + 1)

    return search


def _alternatives(part: str, needles: Sequence[tuple[str, int]], count: int) -> Search:
    """The part is found almost as fast as a needle alone; what stands around it is then compared."""
    around = []
    for needle, _ in needles:
        before, _, after = needle.partition(part)
        around.append(f"((?<={re.escape(before + part)}){re.escape(after)})")
    pattern = re.compile(f"{re.escape(part)}(?:{'|'.join(around)})".encode())
    groups = [group for _, group in needles]

    def search(data: bytes, start: int) -> Iterator[int]:
        for match in pattern.finditer(data, start):
            yield match.start() * count + groups[(match.lastindex or 1) - 1]

    return search


def explain(line: str, grammar: Grammar) -> dict[str, Any]:
    """What a line is taken for: what its beginning says, and each message that it matches."""
    data = line.encode("utf-8", "replace")
    head, texts = None, [line]
    if read := Heads().json_record(data):
        head, texts = read
    else:
        for heads in (Heads(), Heads(dated=False)):
            if head := heads.head(data, 0, len(data), 0):
                texts = [data[head.start :].decode("utf-8", "replace")]
                break
    found = [fact for text in texts for fact in grammar.facts(text, head or Head(0, None), 0)]
    return {
        "begins_record": head is not None,
        "module": printable(head.module) if head else "",
        "text": printable(texts[0]),
        "messages": [
            {
                "kind": fact.kind,
                "table": fact.message.bot.name,
                "marker": fact.message.bot.marker,
                "pattern": fact.message.written,
                "after_rollback": fact.message.after_rollback,
                "fields": said_by(fact),
            }
            for fact in found
        ],
    }
