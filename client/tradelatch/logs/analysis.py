"""Reads logs in the order of time and reports what they tell."""

import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import IO

from .book import Book
from .findings import Findings, Trouble
from .grammar import Grammar
from .messages import Fact, canonical
from .reading import Progress, Source, Unreadable
from .report import LISTED, FileRead, Incident, Report, Times, finding_of, incident_of
from .scanning import Scanner
from .sources import find_sources, keep_last_lines
from .stories import Case, Opening

__all__ = ["Options", "Unreadable", "analyze", "size_of"]


@dataclass(frozen=True)
class Options:
    """Which part of the logs, and how to show it. `begin` and `end` bound when something happened; without a zone they
    are in that of the log, or in `zone` if it is given; a time alone is one of the log's first day. `zone` is for
    showing, `log_zone` that of times which name none."""

    begin: datetime | time | None = None
    end: datetime | time | None = None
    symbol: str | None = None
    exchange: str | None = None
    last: int | None = None
    context: timedelta = timedelta(minutes=1)
    zone: tzinfo | None = None
    log_zone: tzinfo | None = None


def analyze(
    names: Sequence[str],
    options: Options | None = None,
    *,
    stdin: IO[bytes] | None = None,
    progress: Progress | None = None,
    grammar: Grammar | None = None,
) -> Report:
    """What some logs tell; `-` is standard input. Unreadable if one of them is none. The grammar's tables say which
    messages matter; without one they are the package's."""
    options = options or Options()
    log_zone = options.log_zone or (UTC if options.zone else None)
    found, notes = find_sources(names, stdin or sys.stdin.buffer, log_zone)
    if options.last is not None:
        found = keep_last_lines(options.last, found)
    return _Analysis(found, notes, options).run(grammar or Grammar(), progress)


def size_of(names: Sequence[str]) -> int | None:
    """How many bytes there are to read, where that is known before."""
    try:
        return sum(Path(name).stat().st_size for name in dict.fromkeys(names))
    except (OSError, ValueError):
        return None


class _Analysis:
    def __init__(self, found: Sequence[Source], notes: list[str], options: Options) -> None:
        self._found = found
        self._options = options
        self._symbol = canonical(options.symbol) if options.symbol else None
        self._exchange = options.exchange.strip().lower() if options.exchange else None
        dated = all(source.heads.dated or source.path is not None for source in found)
        self._report = Report(Times(options.zone, dated), self._asked(), notes=notes)
        self._begin, self._end = (self._bound(bound) for bound in (options.begin, options.end))
        self._unplaced: list[Incident] = []
        self._troubles: list[Trouble] = []

    def run(self, grammar: Grammar, progress: Progress | None) -> Report:
        report = self._report
        scanners = [Scanner(source, number, grammar, progress) for number, source in enumerate(self._found)]
        context = self._options.context // timedelta(microseconds=1)
        book = Book(self._on_case, self._on_opening, Findings(self._on_trouble), context)
        for fact in merged(self._found, scanners):
            book.feed(fact)
        book.end(max((scanner.counts.last_at or 0 for scanner in scanners), default=0))
        report.rollbacks, report.synchronizer_runs = book.rollbacks, book.synchronizer_runs
        report.symbols, report.exchanges = book.symbols, book.exchanges
        self._finish(book.exchanges)
        for source, scanner in zip(self._found, scanners, strict=True):
            self._add_file(source, scanner)
        begins = [(scanner.counts.first_at, scanner) for scanner in scanners if scanner.counts.first_at is not None]
        ends = [(scanner.counts.last_at, scanner) for scanner in scanners if scanner.counts.last_at is not None]
        if begins and ends:
            (first, one), (last, other) = min(begins, key=itemgetter(0)), max(ends, key=itemgetter(0))
            report.begins, report.ends = report.times.text(first, one.zone), report.times.text(last, other.zone)
        return report

    def _asked(self) -> str:
        parts = [f" of {self._symbol}" if self._symbol else "", f" on {self._exchange}" if self._exchange else ""]
        parts += [
            f" {word} {bound}" for word, bound in (("from", self._options.begin), ("to", self._options.end)) if bound
        ]
        return "".join(parts)

    def _bound(self, bound: datetime | time | None) -> datetime | None:
        if isinstance(bound, time):
            day = self._report.times.local(self._found[0].first_at if self._found else 0, None).date()
            bound = datetime.combine(day, bound)
        if bound is not None and bound.tzinfo is None and self._options.zone is not None:
            bound = bound.replace(tzinfo=self._options.zone)
        return bound

    def _wanted(self, at: int, zone: int | None, symbol: str | None, exchange: str | None) -> bool:
        """An exchange that is not known yet may be the wanted one."""
        if self._symbol and symbol != self._symbol:
            return False
        if self._exchange and exchange not in (None, self._exchange):
            return False
        if self._begin is None and self._end is None:
            return True
        moment = self._report.times.local(at, zone)
        wall = moment.replace(tzinfo=None)
        for bound, sign in ((self._begin, 1), (self._end, -1)):
            if bound is None:
                continue
            if bound.tzinfo is None:
                distance = wall - bound
            else:
                distance = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - bound
            if distance * sign < timedelta():
                return False
        return True

    def _on_opening(self, opening: Opening) -> None:
        zone = opening.facts[0].zone if opening.facts else None
        if self._wanted(opening.at, zone, opening.symbol, opening.exchange):
            self._report.count_opening(opening.at, zone)

    def _on_case(self, case: Case) -> None:
        incident = incident_of(case)
        if not self._wanted(incident.at, incident.zone, incident.symbol, incident.exchange):
            return
        if incident.exchange is not None:
            self._report.add_incident(incident)
        elif len(self._unplaced) < LISTED:
            self._unplaced.append(incident)

    def _on_trouble(self, trouble: Trouble) -> None:
        if self._wanted(trouble.at, trouble.zone, trouble.symbol, trouble.exchange):
            self._report.kinds[trouble.kind] += 1
            if self._report.kinds[trouble.kind] <= LISTED:
                self._troubles.append(trouble)

    def _finish(self, exchanges: set[str]) -> None:
        """What named no exchange was on the only one that the log names, if there is only one."""
        only = next(iter(exchanges)) if len(exchanges) == 1 else None
        report = self._report
        for incident in self._unplaced:
            if only:
                text = f"{only} is the only exchange that the log names"
                incident = replace(incident, exchange=only, evidence=[*incident.evidence, text])
            if (incident.certain or only) and self._exchange in (None, incident.exchange):
                report.add_incident(incident)
        report.incidents.sort(key=lambda incident: incident.at)
        for trouble in self._troubles:
            trouble.exchange = trouble.exchange or only
            if self._exchange in (None, trouble.exchange):
                report.findings.append(finding_of(trouble))
            else:
                report.kinds[trouble.kind] -= 1
        report.kinds = +report.kinds
        report.findings.sort(key=lambda finding: finding.at)

    def _add_file(self, source: Source, scanner: Scanner) -> None:
        counts, times = scanner.counts, self._report.times
        notes = list(dict.fromkeys(source.notes))
        if source.date_from:
            notes.append(f"its lines have no date; it was inferred from {source.date_from}")
        begins = source.first_at if counts.first_at is None else counts.first_at
        ends = begins if counts.last_at is None else counts.last_at
        self._report.files.append(
            FileRead(
                source.name,
                counts.lines,
                counts.size,
                counts.unread,
                counts.replaced,
                times.text(begins, scanner.zone),
                times.text(ends, scanner.zone),
                notes,
            )
        )


def merged(found: Sequence[Source], scanners: Sequence[Scanner]) -> Iterator[Fact]:
    """The facts of all logs in the order of time; a log is not read before its time has come."""
    waiting = deque(zip(found, scanners, strict=True))
    heap: list[tuple[int, int, Fact, Iterator[Fact]]] = []
    tickets = count()
    while waiting or heap:
        if waiting and (not heap or waiting[0][0].first_at <= heap[0][0]):
            facts = waiting.popleft()[1].facts()
        else:
            _, _, fact, facts = heappop(heap)
            yield fact
            if not (waiting or heap):  # the last log, or the only one
                yield from facts
                return
        if following := next(facts, None):
            heappush(heap, (following.at, next(tickets), following, facts))
