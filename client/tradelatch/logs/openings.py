"""Joins facts about openings, rows and their moves into stories, symbol by symbol.

What is remembered is bounded by the number of symbols and by time, never by the length of a log. Verdicts wait until
the facts that could change them have passed.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count

from . import verdicts
from .findings import Findings
from .messages import Fact
from .records import SECOND
from .stories import ROWS_KEPT, TERMINAL, Case, Opening, Overlap, Row, Story, compatible

STORIES_KEPT = 1500
PENDING_WITHIN = 60 * SECOND  # from an opening's first line to its row
SYNCHRONIZER_WITHIN = 120 * SECOND  # from a run's beginning to the rows that it writes
DECIDED_AFTER = 60 * SECOND
RETRY_WITHIN = 60 * SECOND
ANOTHER_CALLER_AFTER = SECOND // 5


class Openings:
    """What the bot did on purpose. `on_case` is called with each double opening, once its time has passed."""

    def __init__(
        self,
        on_case: Callable[[Case], None],
        on_opening: Callable[[Opening], None],
        findings: Findings,
        context: int,
    ) -> None:
        self._on_case = on_case
        self._on_opening = on_opening
        self._findings = findings
        self._context = context
        self._stories: OrderedDict[str, Story] = OrderedDict()
        self._rows: dict[int, Row] = {}
        self._syncs: deque[Fact] = deque(maxlen=64)
        self._ordering: deque[Opening] = deque(maxlen=200)  # openings whose order was not seen yet
        self._strangers: deque[Fact] = deque(maxlen=16)  # moves of rows that the log does not show
        self._last_case: Case | None = None
        self._prints_active = False
        self._restarted_at: int | None = None
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._tickets = count()

    # Time

    def _at(self, at: int, action: Callable[[], None]) -> None:
        heappush(self._due, (at, next(self._tickets), action))

    def _run_due(self, now: int | None) -> None:
        """What was to wait until now; with None, everything."""
        while self._due and (now is None or self._due[0][0] <= now):
            heappop(self._due)[2]()

    # Stories

    def _story(self, symbol: str) -> Story:
        story = self._stories.get(symbol)
        if story is None:
            story = self._stories[symbol] = Story(symbol)
            if len(self._stories) > STORIES_KEPT:
                _, old = self._stories.popitem(last=False)
                for row in old.rows:
                    self._rows.pop(row.position_id, None)
        else:
            self._stories.move_to_end(symbol)
        return story

    def _told(self, fact: Fact) -> Story:
        """The fact's story, which now holds it."""
        assert fact.symbol is not None
        story = self._story(fact.symbol)
        story.facts.append(fact)
        return story

    def _found(self, story: Story, case: Case) -> None:
        """A double opening: its facts are collected when those after it have come."""
        story.cases.append(case)
        self._last_case = case
        self._at(case.at + self._context, lambda: self._tell(story, case))

    def _tell(self, story: Story, case: Case) -> None:
        rows = [row for row in (case.first, case.second) if row]
        exchanges = {row.exchange for row in rows if row.exchange} | ({case.exchange} if case.exchange else set())
        begin = min(row.began_at() for row in rows) if rows else case.at - self._context
        told = [fact for row in rows for fact in row.facts]
        since = min(begin, case.at - self._context)
        told += [fact for fact in story.facts if since <= fact.at <= case.at + self._context]
        runs = [run for run in self._syncs if run.at <= case.at and (not exchanges or run.exchange in exchanges)]
        before = max((run.at for run in runs if run.at < begin), default=begin)
        if case.scenario in ("B", "unknown"):
            told += [run for run in runs if run.at >= before - SECOND]
        case.facts = sorted({id(fact): fact for fact in told}.values(), key=lambda fact: fact.at)
        self._on_case(case)

    # Openings and rows

    def _opening(self, fact: Fact) -> None:
        story = self._told(fact)
        pending = story.pending(fact.exchange, fact.at - PENDING_WITHIN)
        if fact.kind == "signal":
            opening = next((each for each in pending if each.signal_id == fact.signal_id), None)
        else:
            opening = next((each for each in pending if "opening" not in each.kinds), None)
        is_new = opening is None
        opening = opening or Opening(fact.at, story.symbol, fact.source)
        opening.kinds.add(fact.kind)
        opening.exchange = opening.exchange or fact.exchange
        opening.signal_id = opening.signal_id or fact.signal_id
        opening.side = opening.side or fact.side
        opening.quantity = opening.quantity or fact.quantity
        opening.note(fact)
        if is_new:
            self._begin(story, opening)

    def _begin(self, story: Story, opening: Opening) -> None:
        if len(story.openings) == story.openings.maxlen:
            story.openings[0].ended = True
        story.openings.append(opening)
        self._ordering.append(opening)
        self._on_opening(opening)
        before = story.rollbacks[-1] if story.rollbacks else None
        if before and compatible(before.exchange, opening.exchange):
            since = opening.at - max(before.at, before.close_at or 0)
            if 0 <= since <= RETRY_WITHIN:
                opening.retry_of = before
                self._findings.retry(story, before, opening)

    def _record(self, fact: Fact) -> None:
        story = self._told(fact)
        for opening in story.pending(fact.exchange, fact.at - PENDING_WITHIN):
            if "record" not in opening.kinds:
                opening.kinds.add("record")
                return

    def _row(self, fact: Fact) -> None:
        assert fact.position_id is not None
        row = self._rows.get(fact.position_id)
        if row is not None and fact.symbol in (None, row.symbol):
            fact.symbol = row.symbol
            self._mention(row, fact)
            return
        if fact.symbol is None:
            opening = self._writing(fact)
            if opening is None:
                return
            fact.symbol = opening.symbol
        story = self._told(fact)
        row = Row(fact.position_id, fact.at, story.symbol, exchange=fact.exchange, last_at=fact.at, fact=fact)
        self._set_origin(story, row, fact)
        row.note(fact)
        self._enter(story, row)
        self._compare(story, row)
        if row.origin == "synchronizer" and "sync" in fact.module.lower():
            self._findings.watch_row(story, row, self._at)

    def _mention(self, row: Row, fact: Fact) -> None:
        """A row that is known is named again: by whoever wrote it, or handed to another caller as if it were its."""
        story = self._told(fact)
        row.exchange = row.exchange or fact.exchange
        row.note(fact)
        if "sync" in fact.module.lower():
            if row.opening:
                row.facts = [each for each in row.facts if each not in row.opening.facts]
                row.opening.row = None
            row.origin, row.opening = "synchronizer", None
            self._findings.watch_row(story, row, self._at)
            return
        pending = story.pending(row.exchange, fact.at - PENDING_WITHIN)
        if pending and row.at is not None and pending[0].at - row.at > ANOTHER_CALLER_AFTER:
            pending[0].row = row

    def _writing(self, fact: Fact) -> Opening | None:
        """The opening that a row without a symbol belongs to."""
        waiting = [
            opening
            for opening in self._ordering
            if opening.row is None and opening.source == fact.source and fact.at - opening.at <= verdicts.TRIED_WITHIN
        ]
        about = [opening for opening in waiting if "record" in opening.kinds]
        return next(reversed(about or waiting), None)

    def _set_origin(self, story: Story, row: Row, fact: Fact) -> None:
        pending = story.pending(row.exchange, fact.at - PENDING_WITHIN)
        runs = self._runs_before(fact)
        if "sync" in fact.module.lower() or (not pending and runs and "fallback" not in fact.module.lower()):
            row.origin = "synchronizer"
            if len({run.exchange for run in runs}) == 1:
                row.exchange = row.exchange or runs[0].exchange
        elif pending:
            row.origin, row.opening = "signal", pending[0]
            row.opening.row = row
            row.exchange = row.exchange or row.opening.exchange
            row.facts.extend(row.opening.facts)
        elif "fallback" in fact.module.lower() or "fallback" in fact.text.lower():
            row.origin = "fallback"
        elif fact.text.lstrip("✅ ").startswith("Created position #"):
            row.origin = "synchronizer"

    def _runs_before(self, fact: Fact) -> list[Fact]:
        """The synchronizer's runs that may have written a row."""
        return [
            run
            for run in self._syncs
            if 0 <= fact.at - run.at <= SYNCHRONIZER_WITHIN and compatible(run.exchange, fact.exchange)
        ]

    def _enter(self, story: Story, row: Row) -> None:
        self._rows[row.position_id] = row
        story.rows.append(row)
        if len(story.rows) > ROWS_KEPT:
            old = story.rows.popleft()
            if self._rows.get(old.position_id) is old:
                del self._rows[old.position_id]

    def _compare(self, story: Story, second: Row) -> None:
        """Whether this is the second row of a slot: decided later, if no violation says so before."""
        for first in story.rows:
            if first is second or not compatible(first.exchange, second.exchange):
                continue
            retry = second.opening is not None and second.opening.retry_of
            if retry and first.rollback is retry and retry.entry_sent and retry.close_at is None:
                pass
            elif not first.unfinished or first.at is None:
                continue
            silence = max(0, second.began_at() - first.last_at)
            overlap = Overlap(first, second, silence)
            story.overlaps.append(overlap)
            assert second.at is not None
            self._at(second.at + DECIDED_AFTER, partial(self._decide, story, overlap))

    def _decide(self, story: Story, overlap: Overlap) -> None:
        """No violation came of two rows: were they two openings all the same?"""
        first, second = overlap.first, overlap.second
        if any({case.first, case.second} & {first, second} for case in story.cases) or not first.entry_sent:
            return
        assert first.at is not None
        assert second.at is not None
        name, evidence = verdicts.scenario(first, second, overlap)
        # A log that never shows a row becoming active shows no more than its stop-loss.
        may_be_active = not (self._prints_active or first.cut_off) and first.stop_at and first.stop_at <= second.at
        if name == "B":
            happened = second.origin == "synchronizer" and overlap.silence < verdicts.SILENCE
        elif name == "C":
            happened = second.entry_sent
            evidence.append(f"no line says that what row {first.position_id} may have opened was closed")
        else:
            happened = not may_be_active and (name == "D" or (name == "A" and second.entry_sent))
        fact = second.fact
        if fact is None or not happened:
            return
        exchange = first.exchange or second.exchange
        case = Case(
            second.at,
            fact.zone,
            fact.source,
            fact.record,
            name,
            story.symbol,
            exchange,
            first,
            second,
            loser=None,
            winner=second if name in "CD" else None,
            evidence=[*evidence, "no violation was seen"],
            certain=name != "A",
        )
        self._found(story, case)

    # Moves

    def _order(self, fact: Fact) -> None:
        waiting = [
            opening
            for opening in self._ordering
            if opening.order_at is None
            and not opening.ended
            and opening.source == fact.source
            and 0 <= fact.at - opening.at <= PENDING_WITHIN
            and fact.symbol in (None, opening.symbol)
        ]
        opening = next((each for each in waiting if each.row), waiting[0] if waiting else None)
        if opening is None:
            return
        self._ordering.remove(opening)
        opening.order_at, fact.symbol = fact.at, opening.symbol
        story = self._told(fact)
        opening.note(fact)
        row = opening.row
        self._findings.watch_opening(story, opening, self._at)
        if row is None:
            return
        row.note(fact)
        if row.opening is not opening and row.opening and row.opening.order_at is not None:
            self._same_row_twice(story, row, opening, fact)

    def _same_row_twice(self, story: Story, row: Row, opening: Opening, fact: Fact) -> None:
        """The first repair's fault: the second caller got the first one's row, and sent an order of its own."""
        evidence = [
            f"two openings were given row {row.position_id}, and each sent an entry order",
            f"the second began {verdicts.seconds(opening.at - (row.at or opening.at))} after the row was written",
        ]
        case = Case(
            fact.at,
            fact.zone,
            fact.source,
            fact.record,
            "A",
            story.symbol,
            row.exchange,
            row,
            row,
            loser=None,
            winner=row,
            evidence=evidence,
        )
        self._found(story, case)

    def _status(self, fact: Fact) -> None:
        assert fact.position_id is not None
        row = self._rows.get(fact.position_id)
        if row is None:
            self._strangers.append(fact)
            return
        fact.symbol = row.symbol
        self._told(fact)
        row.note(fact)
        if fact.status == "active":
            row.active, row.tried_at, self._prints_active = True, fact.at, True
        elif fact.status == "entry_placed":
            row.active = False
            row.entry_at = row.entry_at or fact.at
            if row.opening:
                self._findings.watch_opening(self._story(row.symbol), row.opening, self._at)
        elif fact.status in TERMINAL:
            row.ended_at = fact.at
            if row.opening:
                row.opening.ended = True
            if fact.status == "rolled_back":
                self._name_loser(row, fact)

    def _name_loser(self, row: Row, fact: Fact) -> None:
        """Which row a violation refused is known when it is rolled back, if it was not before."""
        for case in self._story(row.symbol).cases:
            rows = (case.first, case.second)
            if case.loser_guessed and row in rows and 0 <= fact.at - case.at <= DECIDED_AFTER:
                other = rows[0] if row is rows[1] else rows[1]
                for each in (row, other):
                    if each:
                        each.lost = each is row
                case.loser, case.winner, case.loser_guessed = row, other, False
                case.evidence.append(f"row {row.position_id} was rolled back after the violation")

    def _stop_loss(self, fact: Fact) -> None:
        story = self._told(fact)
        story.stop_at = fact.at
        self._findings.protected(story, fact)
        rows = [row for row in story.rows if row.stop_at is None and compatible(row.exchange, fact.exchange)]
        living = [row for row in rows if not row.cut_off and fact.at - row.last_at <= verdicts.SILENCE]
        row = next((row for row in living if row.unfinished), living[0] if living else None)
        if row is not None:
            row.stop_at = fact.at
            row.note(fact)

    def _restart(self, fact: Fact) -> None:
        if self._restarted_at is not None and fact.at - self._restarted_at < SECOND:
            return
        self._restarted_at = fact.at
        for story in self._stories.values():
            for row in story.rows:
                if row.unfinished and row.last_at < fact.at and not row.cut_off:
                    row.cut_off = True
                    story.facts.append(fact)
