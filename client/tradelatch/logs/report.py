"""What was found, counted and in the form of the JSON document; nothing in it grows with a log beyond LISTED."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from .findings import CRITICAL, Trouble
from .messages import Fact, printable
from .records import DAY, SECOND
from .stories import Case

LISTED = 1000
LOSERS = frozenset({"violation", "duplicate", "refused", "rollback", "closing", "held", "close", "missing", "orphan"})
TIMELINE = 40
HOURS_KEPT = 100_000
MINUTE = 60 * SECOND
COUNTED = ("scenario", "hour", "day", "symbol", "exchange")
SCENARIOS = {
    "A": "parallel signals",
    "B": "signal and synchronizer",
    "C": "retry after rollback",
    "D": "crash and restart",
    "unknown": "unknown",
}
SIGNAL_HANDLER, SYNCHRONIZER, EXCHANGE = "signal handler", "synchronizer", "exchange"
FIRST, SECOND_ONE = "first opening", "second opening"
ACTORS = (SIGNAL_HANDLER, FIRST, SECOND_ONE, SYNCHRONIZER, EXCHANGE)


@dataclass(frozen=True)
class Times:
    """Times as a log has them, or in one zone. Without dates days are counted, from 1."""

    zone: tzinfo | None = None
    dated: bool = True

    def local(self, at: int, zone: int | None) -> datetime:
        """For people and for filters; naive where nothing says in which zone it is."""
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
        if self.zone is not None:
            return moment.astimezone(self.zone)
        if zone is None:
            return moment.replace(tzinfo=None)
        return moment.astimezone(timezone(timedelta(minutes=zone)))

    def text(self, at: int, zone: int | None) -> str:
        """RFC 3339, without an offset where the log has none."""
        precision = "milliseconds" if at % 1000 == 0 else "microseconds"
        text = self.local(at, zone).isoformat(timespec=precision)
        if not self.dated:
            return f"day {at // DAY + 1} {text[11:]}"
        return text[:-6] + "Z" if text.endswith("+00:00") else text

    def clock(self, at: int, zone: int | None) -> str:
        """The time of the day."""
        return self.local(at, zone).time().isoformat("milliseconds" if at % 1000 == 0 else "microseconds")

    def hour(self, at: int, zone: int | None) -> str:
        return f"{self.day(at, zone)} {self.local(at, zone):%H}:00"

    def day(self, at: int, zone: int | None) -> str:
        return self.local(at, zone).date().isoformat() if self.dated else f"day {at // DAY + 1}"


@dataclass(frozen=True)
class Moment:
    """A line of a timeline; the text is the log's own."""

    at: int
    zone: int | None
    actor: str
    event: str
    text: str
    position_id: int | None


@dataclass(frozen=True)
class Incident:
    """Two openings of one slot."""

    scenario: str
    exchange: str | None
    symbol: str | None
    at: int
    zone: int | None
    positions: list[int]
    gap: int | None
    winner: int | None
    evidence: list[str]
    timeline: list[Moment]
    certain: bool = True

    @property
    def title(self) -> str:
        """`B, signal and synchronizer`."""
        name = SCENARIOS[self.scenario]
        return name if self.scenario == name else f"{self.scenario}, {name}"


@dataclass(frozen=True)
class Finding:
    """Something else that is wrong."""

    kind: str
    exchange: str | None
    symbol: str | None
    at: int
    zone: int | None
    positions: list[int]
    lasted: int | None
    evidence: list[str]
    timeline: list[Moment]


@dataclass
class FileRead:
    """What was read of one file."""

    name: str
    lines: int
    size: int
    unread: int
    replaced: int
    begins: str
    ends: str
    notes: list[str]


@dataclass
class Report:
    """Everything that is said of some logs. `asked` names the part that was asked for; `notes` are lines for people
    about what was not as it might seem; `symbols` and `exchanges` are those that the logs name."""

    times: Times = field(default_factory=Times)
    asked: str = ""
    files: list[FileRead] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    begins: str | None = None
    ends: str | None = None
    incidents: list[Incident] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    openings: int = 0
    rollbacks: int = 0
    synchronizer_runs: int = 0
    symbols: set[str] = field(default_factory=set)
    exchanges: set[str] = field(default_factory=set)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTED})
    openings_by_hour: Counter[str] = field(default_factory=Counter)
    openings_by_day: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    _last_minute: tuple[int, int | None, str, str] | None = None

    @property
    def unread_lines(self) -> int:
        return sum(file.unread for file in self.files)

    @property
    def incident_count(self) -> int:
        return self.counts["scenario"].total()

    @property
    def is_empty(self) -> bool:
        """Whether nothing that was asked for is in the logs."""
        return not (self.incident_count or self.kinds or self.openings)

    @property
    def per_100_openings(self) -> float | None:
        return round(100 * self.incident_count / self.openings, 2) if self.openings else None

    @property
    def alarming(self) -> bool:
        """Whether there was an incident, or a finding that left something open on the exchange."""
        return bool(self.incident_count or any(self.kinds[kind] for kind in CRITICAL))

    def count_opening(self, at: int, zone: int | None) -> None:
        self.openings += 1
        if len(self.openings_by_hour) < HOURS_KEPT:
            hour, day = self._hour_and_day(at // MINUTE, zone)
            self.openings_by_hour[hour] += 1
            self.openings_by_day[day] += 1

    def _hour_and_day(self, minute: int, zone: int | None) -> tuple[str, str]:
        """Kept from one opening to the next, because thousands are of one minute."""
        last = self._last_minute
        if last is None or last[:2] != (minute, zone):
            at = minute * MINUTE
            last = self._last_minute = (minute, zone, self.times.hour(at, zone), self.times.day(at, zone))
        return last[2:]

    def add_incident(self, incident: Incident) -> None:
        self.counts["scenario"][incident.scenario] += 1
        for name, key in (
            ("hour", self.times.hour(incident.at, incident.zone)),
            ("day", self.times.day(incident.at, incident.zone)),
            ("symbol", incident.symbol or "unknown"),
            ("exchange", incident.exchange or "unknown"),
        ):
            if len(self.counts[name]) < HOURS_KEPT:
                self.counts[name][key] += 1
        if len(self.incidents) < LISTED:
            self.incidents.append(incident)

    def document(self) -> dict[str, Any]:
        """What --json prints."""
        return {
            "summary": self._summary(),
            "incidents": [self._incident(incident) for incident in self.incidents],
            "other_findings": [self._finding(finding) for finding in self.findings],
            "unread_lines": self.unread_lines,
        }

    def _summary(self) -> dict[str, Any]:
        return {
            "from": self.begins,
            "to": self.ends,
            "lines": sum(file.lines for file in self.files),
            "bytes": sum(file.size for file in self.files),
            "openings": self.openings,
            "rollbacks": self.rollbacks,
            "synchronizer_runs": self.synchronizer_runs,
            "incidents": self.incident_count,
            "incidents_per_100_openings": self.per_100_openings,
            "incidents_not_listed": self.incident_count - len(self.incidents),
            "by_scenario": {name: self.counts["scenario"][name] for name in SCENARIOS},
            "by_hour": self._against("hour", self.openings_by_hour),
            "by_day": self._against("day", self.openings_by_day),
            "by_symbol": dict(self.counts["symbol"].most_common()),
            "by_exchange": dict(self.counts["exchange"].most_common()),
            "other_findings": dict(self.kinds),
            "files": [vars(file) for file in self.files],
            "notes": self.notes,
        }

    def _against(self, name: str, openings: Counter[str]) -> dict[str, dict[str, int]]:
        """Incidents against openings, in the order of time."""
        incidents = self.counts[name]
        keys = sorted(incidents.keys() | openings.keys(), key=lambda key: (len(key), key))
        return {key: {"incidents": incidents[key], "openings": openings[key]} for key in keys}

    def _incident(self, incident: Incident) -> dict[str, Any]:
        return {
            "scenario": incident.scenario,
            "exchange": incident.exchange,
            "symbol": incident.symbol,
            "at": self.times.text(incident.at, incident.zone),
            "positions": incident.positions,
            "gap_seconds": None if incident.gap is None else incident.gap / SECOND,
            "winner": incident.winner,
            "evidence": incident.evidence,
            "timeline": self._timeline(incident.timeline),
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        return {
            "kind": finding.kind,
            "exchange": finding.exchange,
            "symbol": finding.symbol,
            "at": self.times.text(finding.at, finding.zone),
            "positions": finding.positions,
            "seconds": None if finding.lasted is None else finding.lasted / SECOND,
            "evidence": finding.evidence,
            "timeline": self._timeline(finding.timeline),
        }

    def _timeline(self, moments: Sequence[Moment]) -> list[dict[str, Any]]:
        return [
            {
                "at": self.times.text(moment.at, moment.zone),
                "actor": moment.actor,
                "event": moment.event,
                "position_id": moment.position_id,
                "text": moment.text,
            }
            for moment in moments
        ]


def incident_of(case: Case) -> Incident:
    """A double opening as it is reported."""
    rows = [row for row in (case.first, case.second) if row]
    gap = None
    if (
        case.first
        and case.second
        and case.first is not case.second
        and case.first.at is not None
        and case.second.at is not None
    ):
        gap = abs(case.second.at - case.first.at)
    return Incident(
        case.scenario,
        case.exchange or next((row.exchange for row in rows if row.exchange), None),
        case.symbol,
        case.at,
        case.zone,
        list(dict.fromkeys(row.position_id for row in rows if row.position_id is not None)),
        gap,
        case.winner.position_id if case.winner else None,
        case.evidence + ([f"the log tells of it {case.repeats + 1} times"] if case.repeats else []),
        _moments(case.facts, _actors(case)),
        case.certain,
    )


def finding_of(trouble: Trouble) -> Finding:
    """A trouble as it is reported."""
    facts = sorted({id(fact): fact for fact in trouble.facts}.values(), key=lambda fact: fact.at)
    return Finding(
        trouble.kind,
        trouble.exchange,
        trouble.symbol,
        trouble.at,
        trouble.zone,
        trouble.positions,
        trouble.lasted,
        list(trouble.evidence),
        _moments(facts, lambda fact: SIGNAL_HANDLER),
    )


def _actors(case: Case) -> Callable[[Fact], str]:
    """Who did what: by the row that a line belongs to, else by when the second opening began."""
    first, second = case.first, case.second
    if first is None or second is None or first is second:
        return lambda fact: SIGNAL_HANDLER
    names = (FIRST, SECOND_ONE)
    if case.scenario == "B":
        names = (SYNCHRONIZER, SIGNAL_HANDLER) if first.origin == SYNCHRONIZER else (SIGNAL_HANDLER, SYNCHRONIZER)
    own = {id(fact): name for row, name in zip((first, second), names, strict=True) for fact in row.facts}
    loser = names[0] if case.loser is first else names[1] if case.loser is second else names[0]

    def actor(fact: Fact) -> str:
        if fact.kind in LOSERS and id(fact) not in own:
            return loser
        if id(fact) in own:
            return own[id(fact)]
        if case.scenario == "B":
            return SIGNAL_HANDLER
        return names[1] if second.at is not None and fact.at >= second.began_at() else names[0]

    return actor


def _moments(facts: Sequence[Fact], actor: Callable[[Fact], str]) -> list[Moment]:
    """A timeline; of a long one its beginning and its end."""
    if len(facts) > TIMELINE:
        facts = [*facts[: TIMELINE // 2], *facts[-TIMELINE // 2 :]]
    named = {"sync": SYNCHRONIZER, "size": EXCHANGE}
    return [
        Moment(
            fact.at, fact.zone, named.get(fact.kind) or actor(fact), fact.kind, printable(fact.text), fact.position_id
        )
        for fact in facts
    ]
