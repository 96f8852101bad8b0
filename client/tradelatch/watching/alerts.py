"""Alerts, each once, in whatever order their transactions commit and however often the connection is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import psycopg

from ..core.errors import SchemaMismatch
from ..core.receipt import AlertRow
from .bounded import bounded

CHANNEL = "tradelatch_alert"
RECONNECT_SECONDS = 1.0

# One statement, so one snapshot: no transaction below `low` adds anything any more. It is not above the newest alert
# either, because a server that crashed may give the ids again that it had given and not yet written down.
_COLUMNS = ", ".join(f"a.{column}" for column in AlertRow.columns().split(", "))
_READ = f"""
select mark.low::text, mark.history, clock_timestamp(), a.at >= clock_timestamp() - %(since)s::interval, {_COLUMNS}
from (
    select case
        when newest.xid is null then '0'::xid8
        else least(newest.xid, pg_snapshot_xmin(pg_current_snapshot()))
    end as low, (select s.system_identifier from pg_control_system() as s)
        || case when pg_is_in_recovery() then '' else left(pg_walfile_name(pg_current_wal_lsn()), 8) end as history
    from (select 1) as one
    left join (select n.xid from tradelatch.alerts as n order by n.xid desc limit 1) as newest on true
) as mark
left join tradelatch.alerts as a on a.xid >= coalesce(%(low)s::xid8, mark.low)
    or %(low)s::xid8 is null and a.at >= clock_timestamp() - %(since)s::interval
order by a.at, a.alert_id
"""


# How far the clocks of two servers may be apart, of which one takes the other's place.
OVERLAP = timedelta(minutes=1)


class AlertLog:
    """Where a reader of the alerts stands; the first look gives those of the time `since` alone.

    Ids and transaction ids say nothing in another history: after a failover, or in a restored database, what is new is
    known by its time.
    """

    def __init__(self, since: timedelta = timedelta()) -> None:
        self._since = since
        self._low: str | None = None
        self._history: str | None = None
        self._seen: set[int] = set()
        self._newest: datetime | None = None
        self._given: set[tuple[int, datetime]] = set()

    def new(self, connection: psycopg.Connection[Any]) -> list[AlertRow]:
        """The alerts that were not given before."""
        rows = self._read(connection, self._low, self._since)
        _, history, now = rows[0][:3]
        is_first = self._low is None
        is_other = not is_first and history != self._history
        if is_other:
            newest = self._newest or now
            rows = self._read(connection, None, max(now - newest, timedelta()) + OVERLAP)
        alerts = [(AlertRow.from_row(row[4:]), row[3]) for row in rows if row[3] is not None]
        known = self._seen
        self._low, self._history = str(rows[0][0]), str(rows[0][1])
        self._seen = {alert.alert_id for alert, _ in alerts if int(alert.xid) >= int(self._low)}
        if is_first or is_other:
            found = [alert for alert, is_wanted in alerts if is_wanted and self._mark(alert) not in self._given]
        else:
            found = [alert for alert, _ in alerts if alert.alert_id not in known]
        self._note(found if not is_first else [alert for alert, _ in alerts], now)
        return found

    @staticmethod
    def _read(connection: psycopg.Connection[Any], low: str | None, since: timedelta) -> list[tuple[Any, ...]]:
        return connection.execute(_READ, {"low": low, "since": since}).fetchall()

    @staticmethod
    def _mark(alert: AlertRow) -> tuple[int, datetime]:
        return alert.alert_id, alert.at

    def _note(self, alerts: list[AlertRow], now: datetime) -> None:
        """Remember those of the last minute: in another history they are not new."""
        self._newest = max([self._newest or now, *(alert.at for alert in alerts)])
        self._given |= {self._mark(alert) for alert in alerts}
        self._given = {mark for mark in self._given if mark[1] >= self._newest - 2 * OVERLAP}


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
        """Returns at once when something was notified, else after so many seconds."""
        for _ in self.connection().notifies(timeout=seconds, stop_after=1):
            pass

    def lose(self) -> None:
        """The connection is broken."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


class Schedule:
    """record_findings, called again and again; not where somebody else schedules it, or may not be called."""

    def __init__(self, stale_after: timedelta) -> None:
        self._stale_after = stale_after
        self.is_allowed = True
        self._is_reading = False  # a standby, as was said

    def run(self, connection: psycopg.Connection[Any], trouble: Callable[[str], None]) -> None:
        if not self.is_allowed:
            return
        try:
            connection.execute("select tradelatch.record_findings(%s::interval)", [self._stale_after])
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
) -> Iterator[AlertRow]:
    """Alerts as they are raised, for ever. A lost connection ends in one of `broken`; `trouble` is told once."""
    connected, warned = True, False
    while True:
        try:
            connection = listener.connection()
            connected = True
            with bounded(connection):
                schedule.run(connection, trouble)
                alerts = log.new(connection)
            if not schedule.is_allowed and not warned:
                warned = True
                trouble("not a member of tradelatch_bot: somebody else must call record_findings")
            yield from alerts
            listener.wait(interval)
        except broken as error:
            listener.lose()
            if connected:
                trouble(f"connection lost, trying again: {' '.join(str(error).split())}")
            connected = False
            pause(RECONNECT_SECONDS)
