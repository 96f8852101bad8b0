"""What is remembered of a symbol while a log is read: its openings, rows and rollbacks, each within bounds."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .messages import Fact

Origin = Literal["signal", "synchronizer", "fallback", "unknown"]
TERMINAL = ("closed", "rolled_back", "canceled", "cancelled", "failed")
FACTS_KEPT = 100
ROWS_KEPT = 8
OWN_FACTS_KEPT = 12


def compatible(one: str | None, other: str | None) -> bool:
    """Whether two may be of the same exchange; most messages name none."""
    return one is None or other is None or one == other


@dataclass(slots=True, eq=False)
class Opening:
    """An attempt to open a position: from its signal to its row and its entry order."""

    at: int
    symbol: str
    source: int
    exchange: str | None = None
    kinds: set[str] = field(default_factory=set)
    signal_id: str | None = None
    side: str | None = None
    quantity: Decimal | None = None
    row: "Row | None" = None  # without an id until the log names one
    order_at: int | None = None
    ended: bool = False
    cut_off: bool = False  # by a restart, while its row was still to come
    retry_of: "Rollback | None" = None
    facts: list[Fact] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether its row is still to come."""
        return self.row is None or self.row.position_id is None

    def note(self, fact: Fact) -> None:
        if len(self.facts) < OWN_FACTS_KEPT:
            self.facts.append(fact)


@dataclass(slots=True, eq=False)
class Row:
    """A row of the book. `last_at` is its last sign of life; `tried_at` when it was last moved to `active`.

    An opening whose entry order was sent first has a row without an id until one is written. `others` were given a
    row that another opening had written; `wordings` are the messages by which it was named.
    """

    position_id: int | None
    at: int | None
    symbol: str
    origin: Origin = "unknown"
    exchange: str | None = None
    opening: Opening | None = None
    last_at: int = 0
    entry_at: int | None = None
    stop_at: int | None = None
    tried_at: int | None = None
    active: bool = False
    filled_at: int | None = None
    ended_at: int | None = None
    rollback: "Rollback | None" = None
    lost: bool = False
    cut_off: bool = False  # by a restart, while it was unfinished
    watched: bool = False  # for its stop-loss
    others: list[Opening] = field(default_factory=list)
    wordings: set[int] = field(default_factory=set)
    is_doubled: bool = False
    fact: Fact | None = None  # that it was written
    facts: list[Fact] = field(default_factory=list)

    @property
    def entry_sent(self) -> bool:
        return self.entry_at is not None or (self.opening is not None and self.opening.order_at is not None)

    @property
    def unfinished(self) -> bool:
        """On its way from a signal to `active`."""
        return not (self.active or self.ended_at or self.rollback or self.lost or self.origin == "synchronizer")

    def began_at(self) -> int:
        """When its opening began, or else the row."""
        return self.opening.at if self.opening else self.at or self.last_at

    def note(self, fact: Fact) -> None:
        """A sign of life."""
        self.last_at = max(self.last_at, fact.at)
        self.cut_off = False
        if len(self.facts) < OWN_FACTS_KEPT:
            self.facts.append(fact)


@dataclass(slots=True, eq=False)
class Rollback:
    """What became of an opening that failed."""

    at: int
    fact: Fact
    symbol: str
    state: str | None
    opening: Opening | None
    row: Row | None
    close_at: int | None = None  # a closing order was sent, which proves nothing
    closed_at: int | None = None
    side: str | None = None  # of what is to be closed, where the rollback says it
    is_told: bool = False  # by the bot, as a position that may be left
    largest: Decimal | None = None
    doubled: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def note(self, fact: Fact) -> None:
        if len(self.facts) < OWN_FACTS_KEPT:
            self.facts.append(fact)

    @property
    def entry_sent(self) -> bool:
        """Whether something may have been filled."""
        return (
            self.state in ("entry_placed", "pending_sl", "active")
            or (self.row is not None and self.row.entry_sent)
            or (self.opening is not None and self.opening.order_at is not None)
        )

    @property
    def exchange(self) -> str | None:
        return (
            self.fact.exchange or (self.row and self.row.exchange) or (self.opening and self.opening.exchange) or None
        )


@dataclass(slots=True, eq=False)
class Overlap:
    """A row that was written while another of its symbol was unfinished. `silence`: microseconds since that one's last
    sign of life, when the second opening began."""

    first: Row
    second: Row
    silence: int


@dataclass(slots=True, eq=False)
class Case:
    """A double opening that was found; its timeline is told when its time has passed."""

    at: int
    zone: int | None
    source: int
    record: int
    scenario: str
    symbol: str | None
    exchange: str | None
    first: Row | None
    second: Row | None
    loser: Row | None
    winner: Row | None
    evidence: list[str]
    loser_guessed: bool = False
    certain: bool = True  # else it is only one if both rows are of the same exchange
    repeats: int = 0
    facts: list[Fact] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Story:
    """A symbol's recent past."""

    symbol: str
    facts: deque[Fact] = field(default_factory=lambda: deque(maxlen=FACTS_KEPT))
    openings: deque[Opening] = field(default_factory=lambda: deque(maxlen=ROWS_KEPT))
    rows: deque[Row] = field(default_factory=deque)
    rollbacks: deque[Rollback] = field(default_factory=lambda: deque(maxlen=4))
    overlaps: deque[Overlap] = field(default_factory=lambda: deque(maxlen=ROWS_KEPT))
    cases: deque[Case] = field(default_factory=lambda: deque(maxlen=4))
    stop_at: int | None = None
    adjusting_at: int | None = None  # the next order adds to a position

    def pending(self, exchange: str | None, since: int) -> list[Opening]:
        """Openings whose row is still to come, the oldest first; last those that a restart may have ended."""
        found = [
            opening
            for opening in self.openings
            if opening.at >= since and opening.waits and not opening.ended and compatible(opening.exchange, exchange)
        ]
        if len(found) > 1:
            found.sort(key=lambda opening: opening.cut_off)
        return found

    def overlap(self, first: Row | None, second: Row | None) -> Overlap | None:
        return next((each for each in self.overlaps if each.first is first and each.second is second), None)

    def rollback_after(self, at: int) -> Rollback | None:
        return next((rollback for rollback in self.rollbacks if rollback.at >= at), None)
