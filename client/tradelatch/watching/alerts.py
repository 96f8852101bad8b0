"""Alerts, each once, in whatever order their transactions commit and however often the connection is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from ..core.errors import SchemaMismatch
from ..core.receipt import AlertRow
from .bounded import bounded
from .place import Place, PlaceFile

CHANNEL = "tradelatch_alert"
RECONNECT_SECONDS = 1.0
MOST_OFTEN = 0.1  # seconds from one look to the next: any login may notify, as often as it likes

# One statement, so one snapshot: no transaction below `low` adds anything any more. It is not above the newest alert
# either, because a server that crashed may give the ids again that it had given and not yet written down.
# Due is what was raised within `since`, and at the first look what a finding that still stands was raised for.
_COLUMNS = ", ".join(f"a.{column}" for column in AlertRow.columns().split(", "))
_READ = f"""
select mark.low::text,
    mark.history,
    clock_timestamp(),
    a.at >= clock_timestamp() - %(since)s::interval or %(is_first)s and exists (
        select
        from tradelatch.findings as f
        where f.cleared_at is null
            and f.alerted_at <= a.at
            and f.check_name = a.alert
            and f.exchange is not distinct from a.exchange
            and f.account is not distinct from a.account
            and f.position_id is not distinct from a.position_id
            and f.symbol is not distinct from a.symbol
            and f.position_side is not distinct from a.position_side
    ),
    {_COLUMNS}
from (
    select case
        when newest.xid is null then '0'::xid8
        else least(newest.xid, pg_snapshot_xmin(pg_current_snapshot()))
    end as low, (select s.system_identifier from pg_control_system() as s)
        || case when pg_is_in_recovery() then '' else left(pg_walfile_name(pg_current_wal_lsn()), 8) end as history
    from (select 1) as one
    left join (select n.xid from tradelatch.alerts as n order by n.xid desc limit 1) as newest on true
) as mark
left join tradelatch.alerts as a on %(low)s::xid8 is null or a.xid >= least(%(low)s::xid8, mark.low)
order by a.at, a.alert_id
"""
_DATABASE = """
select c.system_identifier || '/' || d.oid
from pg_control_system() as c, pg_database as d
where d.datname = current_database()
"""
SEVERITIES = ("critical", "warning", "info")
# How far the clocks of two servers may be apart, of which one takes the other's place.
OVERLAP = timedelta(minutes=1)


def database_of(connection: psycopg.Connection[Any]) -> str:
    """What tells a database from every other one."""
    return str(connection.execute(_DATABASE).fetchall()[0][0])


class AlertLog:
    """Where a reader of the alerts stands. What it read is told when `tell` says so, and noted in the file.

    The first look gives those of the time `since`, and those whose finding stands; with a file, what came since.
    Ids and transaction ids say nothing in another history: after a failover, or in a restored database, what is new is
    known by its time.
    """

    def __init__(self, since: timedelta = timedelta(), file: PlaceFile | None = None) -> None:
        self._since = since
        self._file = file
        self._database = ""
        self._low: str | None = None
        self._history: str | None = None
        self._newest: datetime | None = None
        self._told: dict[str, tuple[int, datetime]] = {}  # by their keys, which transaction raised them, and when
        self._waiting: dict[str, tuple[int, datetime]] = {}  # what is read, and not told yet
        self.problem = ""

    def resume(self, connection: psycopg.Connection[Any]) -> None:
        """Go on where the file says. Raises OSError and ValueError."""
        self._database = database_of(connection)
        place = self._file.read() if self._file else None
        if place is None or place.database != self._database:
            return
        self._low, self._history = place.low, place.history
        self._newest = datetime.fromisoformat(place.newest_at)
        for key in place.told:
            xid, _, at = key.split(" ")
            self._told[key] = int(xid), datetime.fromisoformat(at)

    def new(self, connection: psycopg.Connection[Any]) -> list[AlertRow]:
        """The alerts that were not given before."""
        is_first = self._low is None
        rows = self._look(connection, self._low, self._since, is_first=is_first)
        _, history, now = rows[0][:3]
        is_other = not is_first and history != self._history
        if is_other:
            rows = self._look(connection, None, max(now - (self._newest or now), timedelta()) + OVERLAP, is_first=False)
        self._low, self._history = str(rows[0][0]), str(rows[0][1])
        fresh = []
        self._newest = self._newest or now
        for row in rows:
            if row[3] is None:  # there are none
                continue
            alert = AlertRow.from_row(row[4:])
            if (key := _key(alert)) in self._told or key in self._waiting:
                continue
            known = int(alert.xid), alert.at
            self._newest = max(self._newest, alert.at)
            if (is_first or is_other) and not row[3]:
                self._told[key] = known
            else:
                self._waiting[key] = known
                fresh.append(alert)
        if is_first:
            self._note()
        return fresh

    @staticmethod
    def _look(
        connection: psycopg.Connection[Any], low: str | None, since: timedelta, *, is_first: bool
    ) -> list[tuple[Any, ...]]:
        return connection.execute(_READ, {"low": low, "since": since, "is_first": is_first}).fetchall()

    def tell(self, alerts: Iterable[AlertRow]) -> None:
        """These are told: they are not given again, after a restart neither."""
        keys = [_key(alert) for alert in alerts]
        for key in keys:
            self._told[key] = self._waiting.pop(key)
        if keys:
            self._note()

    def _note(self) -> None:
        """What is below `low`, and not of the last minutes, nobody will ask for."""
        low = min([int(self._low or 0), *(xid for xid, _ in self._waiting.values())])
        assert self._newest is not None
        self._told = {
            key: (xid, at) for key, (xid, at) in self._told.items() if xid >= low or at >= self._newest - 2 * OVERLAP
        }
        if self._file is None or not self._database:
            return
        place = Place(self._database, self._history or "", str(low), self._newest.isoformat(), tuple(self._told))
        try:
            self._file.write(place)
            self.problem = ""
        except OSError as error:
            self.problem = f"{self._file.path} cannot be written, a restart will repeat what was told: {error.strerror}"


def _key(alert: AlertRow) -> str:
    return f"{alert.xid} {alert.alert_id} {alert.at.isoformat()}"


@dataclass(frozen=True)
class Repeated:
    """The same thing, once or more often: the latest alert, how many there were, and when the first was.

    An alert may stand for many by itself: `refused` in its detail.
    """

    alert: AlertRow
    all: tuple[AlertRow, ...]

    @property
    def count(self) -> int:
        return sum(int(alert.detail.get("refused") or 1) for alert in self.all)

    @property
    def first_at(self) -> datetime:
        return self.all[0].at


class Pending:
    """Alerts that wait to be told: the most severe first, then the oldest; the same thing of a slot together."""

    def __init__(self, severity: str = "info") -> None:
        self._wanted = SEVERITIES[: SEVERITIES.index(severity) + 1]
        self._waiting: dict[tuple[object, ...], list[AlertRow]] = {}

    def add(self, alerts: Iterable[AlertRow]) -> list[AlertRow]:
        """Returns those that nobody wants to hear of."""
        unwanted = []
        for alert in alerts:
            # A severity that this client does not know counts as the highest.
            if alert.severity in SEVERITIES and alert.severity not in self._wanted:
                unwanted.append(alert)
                continue
            slot = (alert.exchange, alert.account, alert.symbol, alert.position_side)
            self._waiting.setdefault((alert.alert, alert.severity, *slot), []).append(alert)
        return unwanted

    def pop(self) -> Repeated | None:
        """What comes next; None where nothing waits."""
        if not self._waiting:
            return None
        key = min(self._waiting, key=lambda each: (_rank(self._waiting[each][0]), self._waiting[each][0].at))
        alerts = self._waiting.pop(key)
        return Repeated(alerts[-1], tuple(alerts))


def _rank(alert: AlertRow) -> int:
    return SEVERITIES.index(alert.severity) if alert.severity in SEVERITIES else 0


class Listener:
    """A connection that listens for alerts, made again when it is lost."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._is_listening = False
        self.where = ""

    def connection(self) -> psycopg.Connection[Any]:
        """It listens before it is handed out, so that nothing falls between listening and looking."""
        if self._connection is None or self._connection.closed:
            connection = self._connect()
            self._is_listening = False
            try:
                connection.execute("select set_config('application_name', 'tradelatch watch', false)")
                if connection.execute("select to_regclass('tradelatch.alerts')").fetchone() == (None,):
                    raise SchemaMismatch("the database has no tradelatch schema with alerts: deploy it")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            self.where = f"{connection.info.dbname} on {connection.info.host}"
        if not self._is_listening:
            self._is_listening = self._listen(self._connection)
        return self._connection

    @staticmethod
    def _listen(connection: psycopg.Connection[Any]) -> bool:
        """A standby cannot, until it is promoted: its alerts are looked for."""
        try:
            connection.execute(f"listen {CHANNEL}")
        except psycopg.errors.ReadOnlySqlTransaction:
            return False
        return True

    def was_told(self) -> bool:
        """Whether something was notified since the last look; True also when the connection is broken."""
        try:
            return self._connection is None or bool(list(self._connection.notifies(timeout=0)))
        except psycopg.OperationalError:
            return True

    def wait(self, seconds: float) -> None:
        """Returns when something was notified, else after so many seconds; not within MOST_OFTEN."""
        began = time.monotonic()
        for _ in self.connection().notifies(timeout=seconds, stop_after=1):
            pass
        time.sleep(max(0.0, min(MOST_OFTEN, seconds) - (time.monotonic() - began)))

    def lose(self) -> None:
        """The connection is broken."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


class Schedule:
    """record_findings, called again and again; not where somebody else schedules it, or may not be called."""

    def __init__(self) -> None:
        self.is_allowed = True
        self._is_reading = False  # a standby, as was said

    def run(self, connection: psycopg.Connection[Any], trouble: Callable[[str], None]) -> None:
        if not self.is_allowed:
            return
        try:
            connection.execute("select tradelatch.record_findings()")
        except psycopg.errors.InsufficientPrivilege:
            self.is_allowed = False
        except psycopg.errors.ReadOnlySqlTransaction:
            if not self._is_reading:
                trouble("a standby: record_findings must be called on its primary")
            self._is_reading = True
            return
        except psycopg.errors.LockNotAvailable as error:
            trouble(error.diag.message_primary or str(error))  # every time: meanwhile nothing is found
        except psycopg.errors.SerializationFailure:
            pass  # another one was at work
        self._is_reading = False


def follow(
    listener: Listener,
    log: AlertLog,
    schedule: Schedule,
    interval: float,
    broken: tuple[type[Exception], ...],
    trouble: Callable[[str], None],
    pause: Callable[[float], None],
    severity: str = "info",
) -> Iterator[Repeated]:
    """What is to be told, for ever: what is due first. Whoever asks for the next one has told the one before.

    A lost connection ends in one of `broken`; `trouble` is told once.
    """
    pending = Pending(severity)
    connected, warned, problem = True, False, ""
    begun = None
    while True:
        try:
            connection = listener.connection()
            connected = True
            with bounded(connection):
                log.tell(pending.add(log.new(connection)))
                if begun is None or time.monotonic() - begun >= interval:
                    begun = time.monotonic()
                    schedule.run(connection, trouble)
                    log.tell(pending.add(log.new(connection)))
            if not schedule.is_allowed and not warned:
                warned = True
                trouble("not a member of tradelatch_watcher or tradelatch_bot: somebody else must call record_findings")
            told = pending.pop()
            if told is None:
                listener.wait(interval)
        except broken as error:
            listener.lose()
            if connected:
                trouble(f"connection lost, trying again: {' '.join(str(error).split())}")
            connected = False
            told = pending.pop()
            if told is None:
                pause(RECONNECT_SECONDS)
        if told is not None:
            yield told
            log.tell(told.all)
        if log.problem != problem:
            problem = log.problem
            if problem:
                trouble(problem)
