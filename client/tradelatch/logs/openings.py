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
ORDERS_KEPT = 2000
PENDING_WITHIN = 60 * SECOND  # from an opening's first line to its row
SYNCHRONIZER_WITHIN = 120 * SECOND  # from a run's beginning to the rows that it writes
DECIDED_AFTER = 60 * SECOND
RETRY_WITHIN = 60 * SECOND
SHUFFLED_WITHIN = SECOND  # lines of one moment, of several threads


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
        self._without_record: deque[Opening] = deque(maxlen=64)  # that sent their order, and wrote no row yet
        self._early: deque[Fact] = deque(maxlen=32)  # orders that were told before their opening
        self._strangers: deque[Fact] = deque(maxlen=16)  # moves of rows that the log does not show
        self._last_case: Case | None = None
        self._by_order: OrderedDict[str, Opening] = OrderedDict()
        self._exits: OrderedDict[str, str] = OrderedDict()  # exit orders, and their symbols
        self._prints_active = False
        self._prints_orders = False
        self._prints_rows = False
        self._order_first = False  # entry orders are sent before rows are written
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
                    self._forget(row)
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
        for order in self._early:
            if order.source == opening.source and 0 <= opening.at - order.at <= SHUFFLED_WITHIN:
                self._early.remove(order)
                self._at(opening.at, partial(self._order, order))
                break
        before = story.rollbacks[-1] if story.rollbacks else None
        if before and compatible(before.exchange, opening.exchange):
            since = opening.at - max(before.at, before.close_at or 0)
            if 0 <= since <= RETRY_WITHIN:
                opening.retry_of = before
                self._findings.retry(story, before, opening)

    def _record(self, fact: Fact) -> None:
        """A row is about to be written, by an opening that may have sent its order already."""
        story = self._told(fact)
        pending = story.pending(fact.exchange, fact.at - PENDING_WITHIN)
        opening = next((each for each in pending if "record" not in each.kinds), None)
        if opening is None:
            if pending or "sync" in fact.module.lower():
                return
            opening = Opening(fact.at, story.symbol, fact.source, fact.exchange)
            opening.note(fact)
            self._begin(story, opening)
        opening.kinds.add("record")
        if opening.order_at is not None:
            self._order_first = True
        elif self._order_first:
            self._take_order(opening, fact)

    def _take_order(self, opening: Opening, fact: Fact) -> None:
        """Orders name no symbol: who writes a row has sent one, and not who is silent."""
        for other in self._without_record:
            if other.order_at is not None and other.row and "record" not in other.kinds and other.source == fact.source:
                if not 0 <= fact.at - other.order_at <= PENDING_WITHIN or other.symbol == opening.symbol:
                    continue
                order, other.order_at = other.order_at, None
                self._drop(self._story(other.symbol), other.row)
                other.row = None
                opening.order_at = order
                self._without_record.remove(other)
                story = self._story(opening.symbol)
                self._expect_row(story, opening, fact)
                if fact.message.bot.prints_stop_losses:
                    self._findings.watch_opening(story, opening, self._at)
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
        row.wordings.add(id(fact.message))
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
                if row.opening.order_at is not None:
                    self._expect_row(story, row.opening, fact)
            row.origin, row.opening = "synchronizer", None
            self._findings.watch_row(story, row, self._at)
            return
        if id(fact.message) in row.wordings:
            self._hand_over(story, row, fact)
        row.wordings.add(id(fact.message))

    def _existing(self, fact: Fact) -> None:
        """The repository says that it returned a row instead of writing one."""
        row = self._rows.get(fact.position_id) if fact.position_id is not None else None
        if fact.symbol is None:
            if row is None:
                return
            fact.symbol = row.symbol
        story = self._told(fact)
        if row is None and fact.position_id is None:
            known = [each for each in story.rows if each.position_id and compatible(each.exchange, fact.exchange)]
            row = next((each for each in reversed(known) if not each.ended_at and not each.rollback), None)
        if row is None:
            if fact.position_id is None:
                return
            row = Row(fact.position_id, None, story.symbol, exchange=fact.exchange, last_at=fact.at)
            self._enter(story, row)
        row.exchange = row.exchange or fact.exchange
        row.note(fact)
        self._hand_over(story, row, fact)

    def _hand_over(self, story: Story, row: Row, fact: Fact) -> None:
        """An opening is given the row of another one."""
        opening = next(iter(story.pending(row.exchange, fact.at - PENDING_WITHIN)), None)
        if opening is None:
            return
        if opening.row is not None:
            self._drop(story, opening.row)
        opening.row = row
        opening.note(fact)
        row.others.append(opening)
        row.facts.extend(each for each in opening.facts if each not in row.facts)
        row.facts.sort(key=lambda each: each.at)
        self._ask_same_row(story, row, fact)
        self._at(fact.at + DECIDED_AFTER, partial(self._ask_same_row, story, row, fact, late=True))

    def _ask_same_row(self, story: Story, row: Row, fact: Fact, *, late: bool = False) -> None:
        """Two openings of one row: a double opening if each sent an entry order, or if the log tells of no orders."""
        callers = [opening for opening in (row.opening, *row.others) if opening]
        senders = [opening for opening in callers if opening.order_at is not None]
        alone = row.opening is None and row.origin != "synchronizer" and len(senders) == 1
        if row.is_doubled or not (len(senders) > 1 or alone or (late and not self._prints_orders)):
            return
        row.is_doubled = True
        evidence = [f"two openings were given row {row.position_id}, and each sent an entry order"]
        if len(senders) < 2:
            evidence = [f"an opening was given row {row.position_id}, which was there already"]
        elif row.at is not None:
            begun = max(opening.at for opening in senders)
            first = min(opening.at for opening in senders)
            evidence.append(f"the second began {verdicts.seconds(begun - first)} after the first")
        if fact.kind == "existing":
            evidence.append("the repository says that it returned an existing row")
        last = next((case for case in reversed(story.cases) if compatible(case.exchange, row.exchange)), None)
        if last and 0 <= fact.at - last.at <= DECIDED_AFTER:
            last.evidence += evidence
            return
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

    def _expect_row(self, story: Story, opening: Opening, fact: Fact) -> None:
        """An entry order was sent, and no row written yet."""
        assert opening.order_at is not None
        row = Row(None, opening.order_at, story.symbol, "signal", opening.exchange, opening, last_at=fact.at, fact=fact)
        row.facts.extend(opening.facts)
        opening.row = row
        self._without_record.append(opening)
        self._enter(story, row)
        if not fact.message.bot.prints_fills:  # else its fill is waited for
            self._compare(story, row)

    def _drop(self, story: Story, row: Row) -> None:
        """A row that was expected, and is none: its opening was given another one's."""
        if row in story.rows:
            story.rows.remove(row)
        for overlap in [each for each in story.overlaps if row in (each.first, each.second)]:
            story.overlaps.remove(overlap)

    def _writing(self, fact: Fact) -> Opening | None:
        """The opening that a row without a symbol belongs to."""
        waiting = [
            opening
            for opening in (*self._ordering, *self._without_record)
            if opening.waits and opening.source == fact.source and fact.at - opening.at <= PENDING_WITHIN
        ]
        about = [opening for opening in waiting if "record" in opening.kinds]
        return next(reversed(about or waiting), None)

    def _set_origin(self, story: Story, row: Row, fact: Fact) -> None:
        pending = story.pending(row.exchange, fact.at - PENDING_WITHIN)
        by_synchronizer = "sync" in fact.module.lower()
        runs = self._runs_before(fact) if by_synchronizer or not pending else []
        if by_synchronizer or (not pending and runs and "fallback" not in fact.module.lower()):
            row.origin = "synchronizer"
            if len({run.exchange for run in runs}) == 1:
                row.exchange = row.exchange or runs[0].exchange
        elif pending:
            row.origin, row.opening = "signal", pending[0]
            self._prints_rows = True
            if row.opening.row is not None:
                self._become(story, row.opening.row, row)
            row.opening.row = row
            row.exchange = row.exchange or row.opening.exchange
            row.facts.extend(row.opening.facts)
        elif "fallback" in fact.module.lower() or "fallback" in fact.text.lower():
            row.origin = "fallback"
        elif fact.text.lstrip("✅ ").startswith("Created position #"):
            row.origin = "synchronizer"

    def _become(self, story: Story, expected: Row, row: Row) -> None:
        """The row that was expected is written: what was known of it stays."""
        row.stop_at, row.entry_at = expected.stop_at, expected.entry_at
        if expected in story.rows:
            story.rows.remove(expected)
        for overlap in story.overlaps:
            if overlap.first is expected:
                overlap.first = row
            if overlap.second is expected:
                overlap.second = row

    def _runs_before(self, fact: Fact) -> list[Fact]:
        """The synchronizer's runs that may have written a row."""
        return [
            run
            for run in self._syncs
            if 0 <= fact.at - run.at <= SYNCHRONIZER_WITHIN and compatible(run.exchange, fact.exchange)
        ]

    def _enter(self, story: Story, row: Row) -> None:
        if row.position_id is not None:
            self._rows[row.position_id] = row
        story.rows.append(row)
        if len(story.rows) > ROWS_KEPT:
            self._forget(story.rows.popleft())

    def _forget(self, row: Row) -> None:
        """Also its opening's way back to it: without that circle both are freed at once, not by the collector."""
        if row.opening is not None and row.opening.row is row:
            row.opening.ended, row.opening.row = True, None
        if row.position_id is not None and self._rows.get(row.position_id) is row:
            del self._rows[row.position_id]

    def _compare(self, story: Story, second: Row) -> None:
        """Whether this is the second row of a slot: decided later, if no violation says so before."""
        for first in story.rows:
            if first is second or not compatible(first.exchange, second.exchange):
                continue
            if story.overlap(first, second) is not None:
                continue
            retry = second.opening is not None and second.opening.retry_of
            if retry and first.rollback is retry and retry.entry_sent and retry.closed_at is None:
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
        if overlap not in story.overlaps:
            return
        if any({case.first, case.second} & {first, second} for case in story.cases) or not first.entry_sent:
            return
        assert first.at is not None
        assert second.at is not None
        name, evidence = verdicts.scenario(first, second, overlap)
        # A log that never shows a row becoming active shows no more than its stop-loss.
        # A row that is written after its order is active from its birth.
        born_active = first.opening and first.opening.order_at is not None and first.opening.order_at <= first.at
        shows_less = born_active or not (self._prints_active or first.cut_off)
        may_be_active = shows_less and first.stop_at and first.stop_at <= second.at
        if name == "B":
            happened = second.origin == "synchronizer" and overlap.silence < verdicts.SILENCE
        elif name == "C":
            happened = second.entry_sent
            evidence.append(f"no line says that what {verdicts.named(first)} may have opened was closed")
        else:
            happened = not may_be_active and (name == "D" or (name == "A" and second.entry_sent))
            if name == "D" and first.position_id is None and not first.cut_off:
                happened = happened and self._prints_rows  # else a log without rows would be full of them
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
        self._prints_orders = True
        if fact.symbol and self._adjusts(self._story(fact.symbol), fact):
            return
        while self._ordering and fact.at - self._ordering[0].at > PENDING_WITHIN:
            self._ordering.popleft()
        waiting = [
            opening
            for opening in self._ordering
            if opening.order_at is None
            and not opening.ended
            and opening.source == fact.source
            and -SHUFFLED_WITHIN <= fact.at - opening.at <= PENDING_WITHIN
            and fact.symbol in (None, opening.symbol)
        ]
        opening = next((each for each in waiting if not each.waits), waiting[0] if waiting else None)
        if opening is None:
            self._early.append(fact)
            return
        self._ordering.remove(opening)
        opening.order_at, fact.symbol = fact.at, opening.symbol
        if fact.order_id:
            self._by_order[fact.order_id] = opening
            if len(self._by_order) > ORDERS_KEPT:
                self._by_order.popitem(last=False)
        story = self._told(fact)
        opening.note(fact)
        row = opening.row
        if fact.message.bot.prints_stop_losses:
            self._findings.watch_opening(story, opening, self._at)
        if row is None:
            self._expect_row(story, opening, fact)
            return
        row.note(fact)
        if row.others:
            self._ask_same_row(story, row, fact)

    def _adjust(self, fact: Fact) -> None:
        self._told(fact).adjusting_at = fact.at

    def _adjusts(self, story: Story, fact: Fact) -> bool:
        """Whether an order adds to a position, or replaces its order: it opens nothing."""
        since, story.adjusting_at = story.adjusting_at, None
        return since is not None and fact.at - since <= PENDING_WITHIN

    # Bots that print fills

    def _filled(self, fact: Fact) -> None:
        """An entry was filled: a double opening, if another one was, and is not closed. Or an exit was."""
        if fact.order_id is not None and fact.order_id in self._exits:
            fact.symbol = self._exits.pop(fact.order_id)
            for each in self._told(fact).rows:
                each.ended_at = each.ended_at or fact.at
            return
        row = self._filled_row(fact)
        if row is None:
            return
        fact.symbol = row.symbol
        story = self._told(fact)
        row.note(fact)
        if row.filled_at is not None or row.ended_at is not None:
            return
        row.filled_at, row.active = fact.at, True
        standing = [
            each
            for each in story.rows
            if each is not row
            and each.filled_at is not None
            and each.ended_at is None
            and compatible(each.exchange, row.exchange)
            and not (each.opening and row.opening and _are_opposite(each.opening.side, row.opening.side))
        ]
        if standing:
            self._stands(story, standing[-1], row, fact)

    def _filled_row(self, fact: Fact) -> Row | None:
        if fact.position_id is None:
            opening = self._by_order.get(fact.order_id or "")
            return opening.row if opening else None
        row = self._rows.get(fact.position_id)
        if row is not None or fact.symbol is None:
            return row
        story = self._story(fact.symbol)
        ordered = [each for each in story.openings if each.waits and not each.ended and each.order_at is not None]
        opening = ordered[0] if ordered else None
        row = Row(fact.position_id, fact.at, story.symbol, exchange=fact.exchange, opening=opening, last_at=fact.at)
        row.fact = fact
        if opening is not None:
            row.origin = "signal"
            row.exchange = row.exchange or opening.exchange
            row.facts.extend(opening.facts)
            if opening.row is not None:
                self._become(story, opening.row, row)
            opening.row = row
        self._enter(story, row)
        return row

    def _stands(self, story: Story, first: Row, second: Row, fact: Fact) -> None:
        """Two entries were filled, and no line says that the first was closed."""
        assert first.filled_at is not None
        gap = max(0, second.began_at() - first.filled_at)
        restarted = self._restarted_at is not None and first.filled_at <= self._restarted_at <= second.began_at()
        name = "A" if gap <= RETRY_WITHIN and not restarted else "D" if restarted else "unknown"
        what = f"{verdicts.named(first)} was filled and not closed when {verdicts.named(second)} was filled"
        evidence = [*verdicts.origins((first, second)), what]
        if restarted:
            evidence.append("the bot was started between them")
        exchange = first.exchange or second.exchange
        case = Case(
            fact.at,
            fact.zone,
            fact.source,
            fact.record,
            name,
            story.symbol,
            exchange,
            first,
            second,
            loser=None,
            winner=None,
            evidence=evidence,
        )
        self._found(story, case)

    def _exit(self, fact: Fact) -> None:
        story = self._told(fact)
        if fact.order_id:
            self._exits[fact.order_id] = story.symbol
            if len(self._exits) > ORDERS_KEPT:
                self._exits.popitem(last=False)

    def _canceled(self, fact: Fact) -> None:
        """An entry that was never filled: by its order, its row, or else the symbol's last one."""
        if fact.order_id is not None:
            self._exits.pop(fact.order_id, None)
        opening = self._by_order.get(fact.order_id or "")
        if opening is None and fact.symbol is not None:
            waiting = [each for each in self._story(fact.symbol).openings if each.waits and not each.ended]
            opening = waiting[-1] if waiting else None
        if opening is None or (opening.row and opening.row.filled_at is not None):
            return
        fact.symbol = opening.symbol
        story = self._told(fact)
        opening.ended = True
        opening.note(fact)
        if opening.row is not None:
            self._drop(story, opening.row)

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
            if row.rollback and fact.status == "closed":
                row.rollback.closed_at = fact.at
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
            for opening in story.openings:
                opening.cut_off = opening.cut_off or (opening.waits and opening.at < fact.at)
            for row in story.rows:
                if row.unfinished and row.last_at < fact.at and not row.cut_off:
                    row.cut_off = True
                    story.facts.append(fact)


def _are_opposite(one: str | None, other: str | None) -> bool:
    """A long and a short beside each other are two positions in hedge mode."""
    return one is not None and other is not None and one != other
