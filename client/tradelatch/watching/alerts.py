"""Alerts, each once, in whatever order their transactions commit and however often the connection is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg

from ..core.errors import SchemaMismatch
from ..core.receipt import AlertRow

CHANNEL = "tradelatch_alert"
RECONNECT_SECONDS = 1.0

# One statement, so one snapshot: no transaction below `low` adds anything any more. It is not above the newest alert
# either, because a server that crashed may give the ids again that it had given and not yet written down.
_COLUMNS = ", ".join(f"a.{column}" for column in AlertRow.columns().split(", "))
_READ = f"""
select mark.low::text, a.at >= clock_timestamp() - %(since)s::interval, {_COLUMNS}
from (
    select case
        when newest.xid is null then '0'::xid8
        else least(newest.xid, pg_snapshot_xmin(pg_current_snapshot()))
    end as low
    from (select 1) as one
    left join (select n.xid from tradelatch.alerts as n order by n.xid desc limit 1) as newest on true
) as mark
left join tradelatch.alerts as a on a.xid >= coalesce(%(low)s::xid8, mark.low)
    or %(low)s::xid8 is null and a.at >= clock_timestamp() - %(since)s::interval
order by a.at, a.alert_id
"""


class AlertLog:
    """Where a reader of the alerts stands; the first look gives those of the time `since` alone."""

    def __init__(self, since: timedelta = timedelta()) -> None:
        self._since = since
        self._low: str | None = None
        self._seen: set[int] = set()

    def new(self, connection: psycopg.Connection[Any]) -> list[AlertRow]:
        """The alerts that were not given before."""
        rows = connection.execute(_READ, {"low": self._low, "since": self._since}).fetchall()
        alerts = [(AlertRow.from_row(row[2:]), row[1]) for row in rows if row[1] is not None]
        is_first = self._low is None
        self._low = str(rows[0][0])
        known = self._seen
        self._seen = {alert.alert_id for alert, _ in alerts if int(alert.xid) >= int(self._low)}
        if is_first:
            return [alert for alert, is_wanted in alerts if is_wanted]
        return [alert for alert, _ in alerts if alert.alert_id not in known]


class Listener:
    """A connection that listens for alerts, made again when it is lost."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self.where = ""

    def connection(self) -> psycopg.Connection[Any]:
        """It listens before it is handed out, so that nothing falls between listening and looking."""
        if self._connection is None or self._connection.closed:
            connection = self._connect()
            try:
                connection.execute("select set_config('application_name', 'tradelatch watch', false)")
                connection.execute(f"listen {CHANNEL}")
                if connection.execute("select to_regclass('tradelatch.alerts')").fetchone() == (None,):
                    raise SchemaMismatch("the database has no tradelatch schema with alerts: deploy it")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            self.where = f"{connection.info.dbname} on {connection.info.host}"
        return self._connection

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

    def run(self, connection: psycopg.Connection[Any], trouble: Callable[[str], None]) -> None:
        if not self.is_allowed:
            return
        try:
            connection.execute("select tradelatch.record_findings(%s::interval)", [self._stale_after])
        except psycopg.errors.InsufficientPrivilege:
            self.is_allowed = False
        except psycopg.errors.LockNotAvailable as error:
            trouble(error.diag.message_primary or str(error))  # every time: meanwhile nothing is found
        except psycopg.errors.SerializationFailure:
            pass  # another one was at work


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
            schedule.run(connection, trouble)
            if not schedule.is_allowed and not warned:
                warned = True
                trouble("not a member of tradelatch_bot: somebody else must call record_findings")
            yield from log.new(connection)
            listener.wait(interval)
        except broken as error:
            listener.lose()
            if connected:
                trouble(f"connection lost, trying again: {' '.join(str(error).split())}")
            connected = False
            pause(RECONNECT_SECONDS)
