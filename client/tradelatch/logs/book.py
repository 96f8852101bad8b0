"""Reads the facts of a log in their order: violations, and rollbacks with what became of them."""

from collections import deque
from collections.abc import Callable

from . import verdicts
from .findings import Findings
from .messages import Fact, Kind, symbols_in
from .openings import Openings
from .records import SECOND
from .stories import Case, Opening, Rollback, Row, Story, compatible

SAME_CASE_WITHIN = 30 * SECOND
DETAIL_WITHIN = 60 * SECOND
CLOSE_WITHIN = 60 * SECOND
SAME_ROLLBACK_WITHIN = 60 * SECOND
SIZE_WITHIN = 900 * SECOND
REFUSAL_WITHIN = 5 * SECOND
ABOUT_WITHIN = 2 * SECOND
NAMED_WITHIN = 30 * SECOND
SYMBOLS, EXCHANGES = 100_000, 100  # names that are kept, at most


class Book(Openings):
    """Feed it facts; `symbols` and `exchanges` are those that the log names."""

    def __init__(
        self,
        on_case: Callable[[Case], None],
        on_opening: Callable[[Opening], None],
        findings: Findings,
        context: int,
    ) -> None:
        super().__init__(on_case, on_opening, findings, context)
        self.symbols: set[str] = set()
        self.exchanges: set[str] = set()
        self.synchronizer_runs = 0
        self.rollbacks = 0
        self._closing: deque[Rollback] = deque(maxlen=64)
        self._violations: deque[Fact] = deque(maxlen=64)
        self._duplicates: deque[Fact] = deque(maxlen=64)
        self._refusals: deque[Fact] = deque(maxlen=64)
        self._named: dict[int, Fact] = {}  # the last trouble of each log that named its symbol
        self._about: dict[int, tuple[int, Rollback]] = {}  # what each log's next closing order is for
        self._readers: dict[Kind, Callable[[Fact], object]] = {
            "signal": self._opening,
            "opening": self._opening,
            "record": self._record,
            "row": self._row,
            "existing": self._existing,
            "order": self._order,
            "adjust": self._adjust,
            "filled": self._filled,
            "canceled": self._canceled,
            "exit": self._exit,
            "status": self._status,
            "stop_loss": self._stop_loss,
            "sync": self._sync,
            "violation": self._violation,
            "detail": self._detail,
            "duplicate": self._duplicate,
            "refused": self._refused,
            "standing": self._standing,
            "rollback": self._rollback,
            "closing": self._about_to_close,
            "held": self._held,
            "close": self._close,
            "size": self._size,
            "missing": self._missing,
            "naked": self._naked,
            "orphan": self._orphan,
            "exchange": lambda _: None,  # feed() has noted it
            "restart": self._restart,
        }

    def feed(self, fact: Fact) -> None:
        """The next fact."""
        if self._due and self._due[0][0] <= fact.at:
            self._run_due(fact.at)
        if fact.exchange and len(self.exchanges) < EXCHANGES:
            self.exchanges.add(fact.exchange)
        if fact.symbol and len(self.symbols) < SYMBOLS:
            self.symbols.add(fact.symbol)
        self._readers[fact.kind](fact)

    def end(self, at: int) -> None:
        """The log ends."""
        self._run_due(at)
        self._findings.end(at)
        self._run_due(None)

    def _sync(self, fact: Fact) -> None:
        self.synchronizer_runs += 1
        self._syncs.append(fact)

    # Violations

    def _violation(self, fact: Fact) -> None:
        self._violations.append(fact)
        self._at(fact.at + DETAIL_WITHIN, lambda: self._unexplained(fact))

    def _detail(self, fact: Fact) -> None:
        """A DETAIL line belongs to the violation of its own record, else to the last one."""
        waiting = [
            violation
            for violation in reversed(self._violations)
            if violation.source == fact.source and abs(fact.at - violation.at) <= DETAIL_WITHIN
        ]
        violation = next((each for each in waiting if each.record == fact.record), waiting[0] if waiting else None)
        if violation is None:
            return
        self._violations.remove(violation)
        if fact.symbol is not None:
            violation.symbol, violation.exchange = fact.symbol, fact.exchange
            self._violated(violation)

    def _unexplained(self, violation: Fact) -> None:
        """A violation without a DETAIL line, if its constraint is one of positions."""
        if not any(each is violation for each in self._violations):
            return
        self._violations.remove(violation)
        constraint = (violation.constraint or "").lower()
        case = self._last_case
        if "position" not in constraint or constraint.endswith("_pkey"):
            return
        if case and case.source == violation.source and abs(violation.at - case.at) <= SAME_CASE_WITHIN:
            case.repeats += 1
            return
        violation.symbol = next((symbol for symbol in symbols_in(violation.text) if symbol in self._stories), None)
        self._violated(violation)

    def _duplicate(self, fact: Fact) -> None:
        """The bot's own check; lines that follow say which rows."""
        self._duplicates.append(fact)
        self._at(fact.at + REFUSAL_WITHIN, lambda: self._unexplained_duplicate(fact))

    def _unexplained_duplicate(self, fact: Fact) -> None:
        if any(each is fact for each in self._duplicates):
            self._duplicates.remove(fact)
            self._violated(fact)

    def _refused(self, fact: Fact) -> None:
        """Its lines follow one another; the winner's comes after the loser's."""
        for header in [each for each in self._duplicates if each.source == fact.source]:
            self._duplicates.remove(header)
        row = self._rows.get(fact.position_id or 0)
        fact.symbol = fact.symbol or (row.symbol if row else None)
        self._refusals.append(fact)
        self._at(fact.at + REFUSAL_WITHIN, lambda: self._decide_refusal(fact, None))

    def _standing(self, fact: Fact) -> None:
        recent = [each for each in self._refusals if each.source == fact.source]
        same = [each for each in recent if each.record == fact.record] or recent
        if same:
            self._decide_refusal(same[-1], fact)

    def _decide_refusal(self, fact: Fact, standing: Fact | None) -> None:
        if not any(each is fact for each in self._refusals):
            return
        self._refusals.remove(fact)
        rows = []
        for each in (fact, standing):
            position_id = each.position_id if each else None
            row = self._rows.get(position_id) if position_id is not None else None
            if row is None and each and position_id is not None:
                row = Row(position_id, None, fact.symbol or "", last_at=fact.at, facts=[each])
            rows.append(row)
        if standing:
            standing.symbol = fact.symbol
            if fact.symbol:
                self._told(standing)
        self._violated(fact, rows[0], rows[1])

    def _violated(self, fact: Fact, refused: Row | None = None, standing: Row | None = None) -> None:
        """A row was refused: a new double opening, or the same one told again."""
        story = Story("") if fact.symbol is None else self._told(fact)
        loser, winner = verdicts.rivals(story, fact.exchange, fact.at)
        loser = refused or loser
        winner = standing or (winner if winner is not loser else None)
        last = next((case for case in reversed(story.cases) if compatible(case.exchange, fact.exchange)), None)
        if last and _is_same(last, fact, loser, story):
            last.repeats += 1
            return
        loser = loser or self._stranger(fact)
        first, second = sorted_rows(loser, winner)
        if first is not None and second is None and (opening := verdicts.waiting(story, fact.exchange, fact.at)):
            name = {"signal": "A", "synchronizer": "B"}.get(first.origin, "unknown")
            evidence = [
                *verdicts.origins((first,)),
                f"an opening that began at the same time{_numbered(opening)} was refused its row",
            ]
        else:
            name, evidence = verdicts.scenario(first, second, story.overlap(first, second))
        if loser is not None:
            loser.lost, loser.active = True, False
            loser.exchange = loser.exchange or fact.exchange
        if winner is not None:
            winner.exchange = winner.exchange or fact.exchange
        tried = refused is not None or (
            loser is not None and loser.tried_at is not None and fact.at - loser.tried_at <= verdicts.TRIED_WITHIN
        )
        if loser is not None and tried:
            evidence.append(f"row {loser.position_id} was refused when it was moved to active")
        evidence.append(f"unique violation on {fact.constraint}" if fact.constraint else "the bot found it by itself")
        case = Case(
            fact.at,
            fact.zone,
            fact.source,
            fact.record,
            name,
            fact.symbol,
            fact.exchange,
            first,
            second,
            loser=loser,
            winner=winner,
            evidence=evidence,
            loser_guessed=not tried,
        )
        self._found(story, case)

    def _stranger(self, fact: Fact) -> Row | None:
        """The row that was being moved to `active`, though the log does not show where it came from."""
        for move in reversed(self._strangers):
            if move.source == fact.source and move.status == "active" and 0 <= fact.at - move.at <= 5 * SECOND:
                assert move.position_id is not None
                return Row(move.position_id, None, fact.symbol or "", last_at=move.at, tried_at=move.at, facts=[move])
        return None

    # Rollbacks

    def _rollback(self, fact: Fact) -> None:
        story = self._told(fact)
        self.rollbacks += 1
        last = story.rollbacks[-1] if story.rollbacks else None
        opening, row = self._rolled_back(story, fact)
        again = last and fact.at - last.at <= SAME_ROLLBACK_WITHIN and row is last.row and opening is last.opening
        if last and again:
            self.rollbacks -= 1
            return
        rollback = Rollback(fact.at, fact, story.symbol, fact.status, opening, row, facts=[fact])
        if opening is not None:
            opening.ended = True
        if row is not None:
            row.rollback = rollback
            row.note(fact)
        story.rollbacks.append(rollback)
        self._named[fact.source] = fact
        self._closing.append(rollback)
        self._findings.watch_rollback(story, rollback, self._at)

    def _rolled_back(self, story: Story, fact: Fact) -> tuple[Opening | None, Row | None]:
        """What a rollback ends: the row that was just refused, else the last opening that is not finished."""
        for case in reversed(story.cases):
            loser = case.loser
            if loser and loser.rollback is None and 0 <= fact.at - case.at <= SAME_CASE_WITHIN:
                return loser.opening, loser
        rows = [row for row in story.rows if row.unfinished and compatible(row.exchange, fact.exchange)]
        if fact.status and fact.status != "pending_entry":
            rows = [row for row in rows if row.entry_sent] or rows
        without_row = story.pending(fact.exchange, fact.at - SAME_ROLLBACK_WITHIN)
        if rows and not (without_row and without_row[-1].at > rows[-1].began_at() and fact.status == "pending_entry"):
            return rows[-1].opening, rows[-1]
        if without_row:
            return without_row[-1], None
        last = story.rollbacks[-1] if story.rollbacks else None
        return (last.opening, last.row) if last else (None, None)

    def _about_to_close(self, fact: Fact) -> None:
        """Lines that follow say what is held, and which side closes it."""
        story = self._told(fact)
        if story.rollbacks and fact.at - story.rollbacks[-1].at <= CLOSE_WITHIN:
            story.rollbacks[-1].note(fact)
            self._about[fact.source] = (fact.at, story.rollbacks[-1])

    def _held(self, fact: Fact) -> None:
        at, rollback = self._about.get(fact.source, (0, None))
        if rollback is not None and fact.at - at <= ABOUT_WITHIN:
            rollback.side = fact.side
            rollback.note(fact)

    def _close(self, fact: Fact) -> None:
        """A closing order of a rollback, which mostly names no symbol."""
        at, about = self._about.get(fact.source, (0, None))
        if about is not None and fact.at - at <= ABOUT_WITHIN:
            self._close_of(about, fact)
            return
        names = set(symbols_in(fact.text))
        recent = [each for each in self._closing if 0 <= fact.at - each.at <= CLOSE_WITHIN]
        named = [each for each in recent if each.symbol in names]
        open_ones = [each for each in recent if each.close_at is None and each.fact.source == fact.source]
        candidates = named or open_ones or [each for each in recent if each.fact.source == fact.source]
        if not candidates:
            return
        self._close_of(candidates[-1], fact)

    def _close_of(self, rollback: Rollback, fact: Fact) -> None:
        fact.symbol = rollback.symbol
        story = self._told(fact)
        rollback.note(fact)
        entered = (rollback.opening and rollback.opening.side) or rollback.side
        if fact.order_id or (fact.side and entered and entered != fact.side):
            rollback.close_at = fact.at
        if fact.side and entered == fact.side:
            self._findings.doubled(
                story, rollback, f"the closing order was {fact.side.upper()}, as the entry was", self._at
            )

    def _missing(self, fact: Fact) -> None:
        self._told(fact)
        self._named[fact.source] = fact

    def _whose(self, fact: Fact) -> Story | None:
        """Whose trouble a line tells of: by its symbol, its order, or the line before it."""
        if fact.symbol is None and fact.order_id is not None:
            opening = self._by_order.get(fact.order_id)
            fact.symbol = opening.symbol if opening else self._exits.get(fact.order_id)
        if fact.symbol is None:
            last = self._named.get(fact.source)
            fact.symbol = last.symbol if last and fact.at - last.at <= NAMED_WITHIN else None
        if fact.symbol is None:
            return None
        self._named[fact.source] = fact
        return self._told(fact)

    def _naked(self, fact: Fact) -> None:
        self._findings.naked(self._whose(fact), fact)

    def _orphan(self, fact: Fact) -> None:
        story = self._whose(fact)
        if story and story.rollbacks and fact.at - story.rollbacks[-1].at <= SIZE_WITHIN:
            story.rollbacks[-1].is_told = True
        self._findings.orphaned(story, fact)

    def _size(self, fact: Fact) -> None:
        """What the exchange holds of a symbol that was rolled back."""
        if fact.quantity is None:
            return
        for symbol in symbols_in(fact.text):
            story = self._stories.get(symbol)
            if story is None or not story.rollbacks or fact.at - story.rollbacks[-1].at > SIZE_WITHIN:
                continue
            rollback = story.rollbacks[-1]
            fact.symbol = symbol
            self._told(fact)
            rollback.note(fact)
            if fact.quantity == 0:
                rollback.closed_at = fact.at
            before = (rollback.opening and rollback.opening.quantity) or rollback.largest
            reopened = any(opening.at > rollback.at for opening in story.openings)
            if before and fact.quantity * 100 > before * 101 and not reopened:
                text = f"the position grew from {before} to {fact.quantity} after the rollback began"
                self._findings.doubled(story, rollback, text, self._at)
            rollback.largest = max(rollback.largest or fact.quantity, fact.quantity)
            return


def sorted_rows(one: Row | None, other: Row | None) -> tuple[Row | None, Row | None]:
    """In the order in which they were written; a row alone is the first."""
    found = sorted((row for row in (one, other) if row), key=lambda row: (row.at or 0, row.position_id or 0))
    return found[0] if found else None, found[1] if len(found) > 1 else None


def _is_same(last: Case, fact: Fact, loser: Row | None, story: Story) -> bool:
    """Whether a violation tells of a double opening that is known: its traceback, or its next handler's."""
    if (last.source, last.record) == (fact.source, fact.record):
        return True
    if not 0 <= fact.at - last.at <= SAME_CASE_WITHIN:
        return False
    if loser is not None and loser.tried_at is not None and loser.tried_at > last.at:
        return False
    return not any(row.at is not None and row.at > last.at for row in story.rows)


def _numbered(opening: Opening) -> str:
    return f", for signal #{opening.signal_id}," if opening.signal_id else ""
