"""What is wrong beside double openings: rollbacks that doubled or closed nothing, positions without a stop-loss,
openings right after a rollback."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .messages import Fact, printable
from .records import SECOND
from .stories import Opening, Rollback, Row, Story, compatible

FindingKind = Literal["doubled_rollback", "unclosed_rollback", "unprotected", "orphaned", "retry_after_rollback"]
UNPROTECTED_AFTER = 30 * SECOND
UNCLOSED_AFTER = 30 * SECOND  # twenty looks, a second apart, and room
CRITICAL = ("doubled_rollback", "unclosed_rollback", "unprotected", "orphaned")
TOLD_AGAIN_WITHIN = 60 * SECOND
TOLD_BEFORE = 30 * SECOND
WITHOUT_STOP_KEPT = 1000
TOLD_KEPT = 20

At = Callable[[int, Callable[[], None]], None]


@dataclass(slots=True, eq=False)
class Trouble:
    """One finding; `seconds` is how long it lasted, or how long after something else it came."""

    kind: FindingKind
    symbol: str | None
    exchange: str | None
    at: int
    zone: int | None
    positions: list[int]
    evidence: list[str]
    lasted: int | None = None
    facts: list[Fact] = field(default_factory=list)


class Findings:
    """Collects them; `on_trouble` is called with each once, when enough is known to say it."""

    def __init__(self, on_trouble: Callable[[Trouble], None]) -> None:
        self._on_trouble = on_trouble
        self._unprotected: dict[str, Trouble] = {}
        self._by_bot: dict[str, tuple[int, Trouble]] = {}  # what the bot says by itself, and when it last did

    def retry(self, story: Story, before: Rollback, opening: Opening) -> None:
        """An opening that began right after a rollback."""
        since = opening.at - max(before.at, before.close_at or 0)
        fact = before.fact
        trouble = Trouble(
            "retry_after_rollback",
            story.symbol,
            opening.exchange or before.exchange,
            opening.at,
            fact.zone,
            _positions(before.row),
            [f"an opening began {since / SECOND:.3f} s after a rollback", _closed(before)],
            lasted=since,
            facts=[each for each in story.facts if each.at >= before.at - TOLD_BEFORE],
        )
        self._on_trouble(trouble)

    def watch_opening(self, story: Story, opening: Opening, at: At) -> None:
        """Its entry was sent: it needs a stop-loss."""
        if "watched" in opening.kinds:
            return
        opening.kinds.add("watched")
        began = opening.order_at or (opening.row and opening.row.entry_at) or opening.at
        at(began + UNPROTECTED_AFTER, lambda: self._check(story, opening, opening.row, began))

    def watch_row(self, story: Story, row: Row, at: At) -> None:
        """A row that was born active needs a stop-loss too."""
        if row.watched:
            return
        row.watched = True
        began = row.at or row.last_at
        at(began + UNPROTECTED_AFTER, lambda: self._check(story, None, row, began))

    def _check(self, story: Story, opening: Opening | None, row: Row | None, began: int) -> None:
        row = row or (opening.row if opening else None)
        since = opening.at if opening else began
        if story.stop_at is not None and story.stop_at >= since - TOLD_BEFORE * (opening is None):
            return
        if (opening and opening.ended) or story.rollback_after(since) or story.symbol in self._unprotected:
            return
        if row and (row.ended_at or row.lost or (row.active and row.tried_at)):
            return
        if row and any(row in (case.first, case.second) for case in story.cases):
            return
        facts = [each for each in story.facts if each.at >= since]
        exchange = (row and row.exchange) or (opening and opening.exchange) or None
        zone = facts[0].zone if facts else None
        what = "its entry order was placed" if opening else "the synchronizer wrote its row"
        trouble = Trouble("unprotected", story.symbol, exchange, began, zone, _positions(row), [what], facts=facts)
        if len(self._unprotected) >= WITHOUT_STOP_KEPT:
            self._unprotected.pop(next(iter(self._unprotected)))
        self._unprotected[story.symbol] = trouble
        self._on_trouble(trouble)

    def naked(self, story: Story | None, fact: Fact) -> None:
        """The bot itself says that a position may have no stop-loss."""
        if story is None or story.symbol not in self._unprotected:
            self._by_the_bot("unprotected", story, fact)

    def orphaned(self, story: Story | None, fact: Fact) -> None:
        """The bot itself says that it may have left a position behind."""
        self._by_the_bot("orphaned", story, fact)

    def _by_the_bot(self, kind: FindingKind, story: Story | None, fact: Fact) -> None:
        key = f"{kind} {fact.symbol}"
        text = f"the bot says so: {printable(fact.text)}"
        at, trouble = self._by_bot.get(key, (0, None))
        if trouble is not None and fact.at - at <= TOLD_AGAIN_WITHIN:
            if text not in trouble.evidence and len(trouble.evidence) < TOLD_KEPT:
                trouble.evidence.append(text)
                trouble.facts.append(fact)
            self._by_bot[key] = (fact.at, trouble)
            return
        row = next((each for each in reversed(story.rows) if each.position_id is not None), None) if story else None
        facts = [each for each in story.facts if each.at >= fact.at - TOLD_BEFORE] if story else [fact]
        exchange = fact.exchange or (row.exchange if row else None)
        trouble = Trouble(kind, fact.symbol, exchange, fact.at, fact.zone, _positions(row), [text], facts=facts)
        if len(self._by_bot) >= WITHOUT_STOP_KEPT:
            self._by_bot.pop(next(iter(self._by_bot)))
        self._by_bot[key] = (fact.at, trouble)
        self._on_trouble(trouble)

    def protected(self, story: Story, fact: Fact) -> None:
        """A stop-loss came."""
        trouble = self._unprotected.get(story.symbol)
        if trouble and compatible(trouble.exchange, fact.exchange):
            self._end_unprotected(trouble, fact.at, "a stop-loss came")
            trouble.facts.append(fact)

    def _end_unprotected(self, trouble: Trouble, at: int, what: str) -> None:
        trouble.lasted = at - trouble.at
        trouble.evidence.append(f"{what} {trouble.lasted / SECOND:.3f} s later")
        del self._unprotected[trouble.symbol or ""]

    def watch_rollback(self, story: Story, rollback: Rollback, at: At) -> None:
        """What may have been filled has to be closed."""
        if trouble := self._unprotected.get(story.symbol):
            self._end_unprotected(trouble, rollback.at, "it was rolled back")
        at(rollback.at + UNCLOSED_AFTER, lambda: self._unclosed(story, rollback))

    def _unclosed(self, story: Story, rollback: Rollback) -> None:
        lost = rollback.row is not None and rollback.row.lost
        if rollback.closed_at is not None or lost or rollback.doubled or rollback.is_told or not rollback.entry_sent:
            return
        evidence = ["its entry order was sent, and no line says that anything was closed"]
        if rollback.close_at is not None:
            evidence = ["a closing order was sent, and no line says that it closed the position"]
        if rollback.state:
            evidence.append(f"its state was {rollback.state}")
        self._on_trouble(self._of_rollback("unclosed_rollback", story, rollback, evidence))

    def doubled(self, story: Story, rollback: Rollback, evidence: str, at: At) -> None:
        """A rollback that added to what it was to close; told once, with all that says so."""
        rollback.doubled.append(evidence)
        if len(rollback.doubled) == 1:
            at(rollback.at + UNCLOSED_AFTER, lambda: self._tell_doubled(story, rollback))

    def _tell_doubled(self, story: Story, rollback: Rollback) -> None:
        self._on_trouble(self._of_rollback("doubled_rollback", story, rollback, rollback.doubled))

    def _of_rollback(self, kind: FindingKind, story: Story, rollback: Rollback, evidence: list[str]) -> Trouble:
        since = rollback.opening.at if rollback.opening else rollback.at - TOLD_BEFORE
        facts = [each for each in story.facts if since <= each.at < rollback.at and each not in rollback.facts]
        trouble = Trouble(
            kind, story.symbol, rollback.exchange, rollback.at, rollback.fact.zone, _positions(rollback.row), evidence
        )
        trouble.facts = [*facts, *rollback.facts]
        return trouble

    def end(self, at: int) -> None:
        """The log ends: what is without a stop-loss was so until then."""
        for trouble in list(self._unprotected.values()):
            self._end_unprotected(trouble, at, "the log ends without a stop-loss")


def _positions(row: Row | None) -> list[int]:
    return [row.position_id] if row and row.position_id is not None else []


def _closed(rollback: Rollback) -> str:
    if rollback.closed_at is not None:
        return "the rollback had closed what it found"
    return "the rollback had sent a closing order" if rollback.close_at else "the rollback had closed nothing"
