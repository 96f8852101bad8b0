"""Metrics for Prometheus: the book as it is when it is scraped, and what happened since the exporter began."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import accumulate
from math import inf
from socketserver import ThreadingMixIn
from threading import Lock
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import psycopg
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ..core.receipt import Health
from .bounded import bounded
from .standby import behind

BUCKETS = (0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300)
SEVERITIES = ("critical", "warning", "info")
# A move's time is taken before it commits, so that it may come to light later than one with a later time.
OVERLAP = timedelta(minutes=1)
SERIES = timedelta(hours=1)  # one event tells of what is refused so long
REQUEST_SECONDS = 10.0  # as long as Prometheus waits for an answer
REQUESTS = 32  # at a time; the oldest one ends when there are more

_EVENTS = """
select
    e.at,
    e.event_id,
    e.event,
    case
        when e.event = 'activate_position' and e.to_status = 'active' and not exists (
            select
            from tradelatch.position_timeline as earlier
            where earlier.position_id = e.position_id
                and earlier.event = 'activate_position'
                and earlier.event_id < e.event_id
        ) then extract(epoch from e.at - e.created_at)::float8
    end
from tradelatch.events as e
where e.at >= %s
"""
_REFUSED = """
select e.event_id, coalesce((e.details ->> 'refused')::bigint, 1)
from tradelatch.events as e
where e.event = 'duplicate_prevented' and e.at >= %s
"""
_FINDINGS = """
select check_name, severity, count(*)
from tradelatch.diagnose(stale_after => %s)
group by check_name, severity
"""
_ORDERS = "select kind, count(*) from tradelatch.orders group by kind"
CHECKS = (
    "duplicate", "incomplete", "pending_rollback", "pending_close", "pending_cancels", "no_stop_loss", "orphaned_db",
    "orphaned_exchange", "orphaned_order", "quantity_mismatch", "side_mismatch", "mode_mismatch", "symbol_mismatch",
    "stop_mismatch", "snapshot_suspect", "slot_locked", "clock_went_back", "history_changed",
)  # fmt: skip
ORDER_KINDS = ("entry", "stop_loss", "close", "own", "unnamed")


class Log:
    """What the event log said since the exporter began, each event counted once."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        self.openings: Counter[float] = Counter()  # by the bucket that they fall into
        self.seconds = 0.0
        self.prevented = 0
        self._refused: dict[int, int] = {}  # of the latest events duplicate_prevented, how many each tells of by now
        self._since: datetime | None = None
        self._seen: dict[int, datetime] = {}

    def read(self, connection: psycopg.Connection[Any]) -> None:
        """What came to light since the last look; the first one only begins."""
        ((now,),) = connection.execute("select clock_timestamp()").fetchall()
        is_first = self._since is None
        since = now - OVERLAP if self._since is None else self._since - OVERLAP
        for at, event_id, event, seconds in connection.execute(_EVENTS, [since]).fetchall():
            if event_id in self._seen:
                continue
            self._seen[event_id] = at
            if is_first:
                continue
            self.events[event] += 1
            if seconds is not None:
                self.openings[next((edge for edge in BUCKETS if seconds <= edge), inf)] += 1
                self.seconds += seconds
        refused = dict(connection.execute(_REFUSED, [now - SERIES - OVERLAP]).fetchall())
        if not is_first:
            self.prevented += sum(count - self._refused.get(number, 0) for number, count in refused.items())
        self._refused = refused
        self._since = now
        self._seen = {event_id: at for event_id, at in self._seen.items() if at >= now - OVERLAP}


class BookCollector(Collector):
    """Asks the database at each scrape; where it does not answer, `tradelatch_up` is 0 and the rest is missing."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        broken: tuple[type[Exception], ...],
        stale_after: timedelta,
    ) -> None:
        self._connect = connect
        self._broken = broken
        self._stale_after = stale_after
        self._connection: psycopg.Connection[Any] | None = None
        self._log = Log()
        self._lock = Lock()

    def begin(self) -> None:
        """What happens from now on is counted. Raises where the database does not answer."""
        with self._lock:
            self._ask()

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked when the collector is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("tradelatch_up", "Whether the database answered.")
        metrics: list[Metric] = []
        if self._lock.acquire(timeout=REQUEST_SECONDS / 2):
            try:
                metrics = self._ask()
            except self._broken:
                self.close()
            finally:
                self._lock.release()
        up.add_metric([], 1 if metrics else 0)
        yield up
        yield from metrics

    def close(self) -> None:
        """End the connection; the next scrape makes another."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None

    def _ask(self) -> list[Metric]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        connection = self._connection
        with bounded(connection):
            return self._read(connection)

    def _read(self, connection: psycopg.Connection[Any]) -> list[Metric]:
        age = behind(connection)
        ((now, *row),) = connection.execute(
            f"select clock_timestamp(), {Health.columns()} from tradelatch.health"
        ).fetchall()
        health = Health.from_row(row)
        findings = connection.execute(_FINDINGS, [self._stale_after]).fetchall()
        orders = connection.execute(_ORDERS).fetchall()
        self._log.read(connection)
        late = GaugeMetricFamily("tradelatch_standby_behind_seconds", "Since when a standby replayed no transaction.")
        if age is not None:
            late.add_metric([], age.total_seconds())
        return [
            late,
            *self._of_health(health),
            self._of_heartbeat(health, now),
            self._of_orders(orders),
            self._of_findings(findings),
            *self._of_log(),
        ]

    @staticmethod
    def _of_health(health: Health) -> Iterator[Metric]:
        positions = GaugeMetricFamily("tradelatch_open_positions", "Open positions, by status.", labels=["status"])
        for status, count in health.open_by_status.items():
            positions.add_metric([status], count)
        yield positions
        for name, text, value in (
            ("unprotected_positions", "Open exposure without a confirmed stop-loss.", health.without_stop_loss),
            ("rollback_ratio", "Rollbacks to openings, within a day.", float(health.rollback_rate or 0)),
            (
                "oldest_unfinished_seconds",
                "Age of the oldest position that somebody has to go on with.",
                health.oldest_unfinished_age.total_seconds() if health.oldest_unfinished_age else 0,
            ),
        ):
            yield GaugeMetricFamily(f"tradelatch_{name}", text, value=value)
        yield CounterMetricFamily(
            "tradelatch_stale_fences_refused",
            "Calls by somebody who had lost the position.",
            value=health.stale_fences_refused,
        )

    @staticmethod
    def _of_heartbeat(health: Health, now: datetime) -> Metric:
        """The age of what findings are known by, so that the silence of a schedule that died is heard."""
        at = health.findings_recorded_at
        return GaugeMetricFamily(
            "tradelatch_heartbeat_age_seconds",
            "Time since record_findings ran; +Inf: it never did.",
            value=inf if at is None else max(0.0, (now - at).total_seconds()),
        )

    @staticmethod
    def _of_orders(rows: list[tuple[Any, ...]]) -> Metric:
        counted = dict(rows)
        orders = GaugeMetricFamily(
            "tradelatch_orders_left", "Orders that are not known to have ended, by kind.", labels=["kind"]
        )
        for kind in ORDER_KINDS:
            orders.add_metric([kind], counted.get(kind, 0))
        return orders

    @staticmethod
    def _of_findings(rows: list[tuple[Any, ...]]) -> Metric:
        """Every combination, so that an alert rule never waits for a series to begin; and what a newer schema adds."""
        counted = dict.fromkeys([(name, severity) for name in CHECKS for severity in SEVERITIES], 0)
        counted |= {(name, severity): count for name, severity, count in rows}
        findings = GaugeMetricFamily("tradelatch_findings", "What diagnose finds.", labels=["check_name", "severity"])
        for (name, severity), count in counted.items():
            findings.add_metric([name, severity], count)
        return findings

    def _of_log(self) -> Iterator[Metric]:
        events = CounterMetricFamily("tradelatch_events", "Events of the log, by kind.", labels=["event"])
        for event, count in sorted(self._log.events.items()):
            events.add_metric([event], count)
        yield events
        yield CounterMetricFamily(
            "tradelatch_duplicates_prevented",
            "Openings that met a taken slot or request.",
            value=self._log.prevented,
        )
        edges = [*map(float, BUCKETS), inf]
        counts = accumulate(self._log.openings[edge] for edge in edges)
        yield HistogramMetricFamily(
            "tradelatch_opening_seconds",
            "From create_position to the first activate_position.",
            buckets=[
                ("+Inf" if edge == inf else str(edge), float(count)) for edge, count in zip(edges, counts, strict=True)
            ],
            sum_value=self._log.seconds,
        )


class _Handler(WSGIRequestHandler):
    timeout = REQUEST_SECONDS  # of one read or write

    def log_message(self, *_: Any) -> None:
        """A scrape is no news."""


class MetricsServer(ThreadingMixIn, WSGIServer):
    """Serves a registry. A request ends after REQUEST_SECONDS, wherever it stands, and so does what is too many."""

    daemon_threads = True
    request_queue_size = 128  # those that wait to be accepted: with five, one more is heard after seconds

    def __init__(self, host: str, port: int, registry: CollectorRegistry) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        self._begun: dict[Any, float] = {}
        super().__init__((host, port), _Handler)
        self.set_app(make_wsgi_app(registry))

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own."""
        while len(self._begun) >= REQUESTS:
            self._end(next(iter(self._begun)))
        self._begun[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """It is answered, or was ended."""
        self._begun.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Twice a second."""
        too_old = time.monotonic() - REQUEST_SECONDS
        for request in [each for each, begun in self._begun.copy().items() if begun < too_old]:
            self._end(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone, or was sent away."""

    def _end(self, request: Any) -> None:
        """Its thread finds it closed."""
        self._begun.pop(request, None)
        with suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)
