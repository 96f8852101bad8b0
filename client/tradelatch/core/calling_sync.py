# Generated from calling_async.py by client/async_to_sync.py: change that file, not this one.
"""How a call reaches the database: a pool, the schema's version, what counts as an answer, and retries."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ParamSpec, Self, TypeVar

import psycopg
from psycopg.errors import Diagnostic, InsufficientPrivilege, InvalidSchemaName, UndefinedFunction
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from ._threads import Flown, run, sleep
from .answers import Fate, NoAnswer, fate_of, from_database, is_idle, reason_of, refusal_of
from .arguments import Call
from .errors import InvalidArgument, OutcomeUnknown, PermissionDenied, SchemaMismatch, TradelatchError, Unavailable
from .flight import RETRIES, Flight, pause_before
from .lease import Clock
from .names import near_name
from .receipt import Receipt, contradiction
from .settings import LARGEST_POOL, SMALLEST_POOL, connection_settings

SCHEMA_VERSION = 1
COMPARISON = "select tradelatch.schema_version(), clock_timestamp(), pg_backend_pid()"
CANONICAL = """
    select n.exchange, coalesce(a.symbol, n.symbol)
    from (select tradelatch.normalize_exchange($1) as exchange, tradelatch.normalize_symbol($2) as symbol) as n
    left join tradelatch.aliases as a on a.exchange = n.exchange and a.alias = n.symbol
"""
OTHERS = "select true from tradelatch.positions where exchange = $1 and position_id <> $2::bigint limit 1"
LOOK = 0.1  # seconds between two looks whether the server refuses us

Rows = list[tuple[Any, ...]]
P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("tradelatch")


class Caller:
    """Sends calls, each on a connection of the pool, until they are answered."""

    def __init__(
        self,
        dsn: str | None,
        pool: ConnectionPool[Any] | None,
        worker: str | None,
        timeout: float,
        prepare: bool,
    ) -> None:
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout < 1e6:
            raise InvalidArgument("timeout must be a number of seconds above 0")
        if pool is not None and (dsn is not None or worker is not None):
            raise InvalidArgument("a pool brings its own dsn and application name")
        if pool is not None and pool.close_returns:
            raise InvalidArgument("a pool with close_returns would keep the connections that must be closed")
        self.timeout = timeout
        self.clock = Clock()
        self._prepare = prepare
        self._process = os.getpid()
        self._is_compared = False  # with the schema's version and the database's clock
        self._is_direct = False  # connections lead to a server, not to a pooler
        self._is_owner = pool is None
        self._lines: dict[psycopg.Connection[Any], Line] = {}
        self._exchanges: set[str] = set()  # of positions that were created
        self._spellings: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # of exchange and symbol, and the book's own
        self._silent: set[Flight] = set()  # abandoned; our own pool has others beside their connections
        self._trouble = ""  # why our own pool got no connection the last time
        self._pool = pool or self._new_pool(connection_settings(dsn, worker, timeout))

    def open(self) -> None:
        """Start the pool, if it is the client's own."""
        self._check_process()
        if self._is_owner and self._pool.closed:
            try:
                self._pool.open()
            except psycopg.Error as error:  # it cannot be opened again
                raise Unavailable("the client is closed") from error

    def close(self) -> None:
        """End the pool, if it is the client's own. After a fork it is the other process's."""
        if self._is_owner and self._process == os.getpid():
            self._pool.close(min(5.0, self.timeout))

    def run(self, function: Flown[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Wait for function(flight, …), which performs calls, at most `timeout`, through any cancellation."""
        self._check_process()
        return run(self.timeout, function, *args, **kwargs)

    def run_for(self, seconds: float, function: Flown[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same with another limit."""
        self._check_process()
        return run(seconds, function, *args, **kwargs)

    def call(self, call: Call) -> Rows:
        """The rows that a call returns."""
        self._check_process()
        return run(self.timeout, self.perform, call)

    def receipts(self, call: Call) -> list[Receipt]:
        """The receipts that a call returns."""
        self._check_process()
        return run(self.timeout, self.perform_receipts, call)

    def perform_receipts(self, flight: Flight, call: Call) -> list[Receipt]:
        """The same, as a part of a flight."""
        receipts = [Receipt.from_row(row) for row in self.perform(flight, call)]
        for receipt in receipts:
            if problem := contradiction(self._canonical(flight, call.parameters, receipt), receipt):
                raise TradelatchError(f"internal error: {call.name} was answered with another {problem}")
            receipt.keep_time(self.clock, flight.began_at)
            if receipt.outcome == "created" and receipt.exchange not in self._exchanges:
                self._exchanges.add(receipt.exchange)
                self._warn_of_name(flight, receipt)
        return receipts

    def _warn_of_name(self, flight: Flight, receipt: Receipt) -> None:
        """Say so, once, where an exchange that was never in the book is nearly spelt as one that is known."""
        if (meant := near_name(receipt.exchange)) is None:
            return
        question = Call("positions", OTHERS, {}, (receipt.exchange, str(receipt.position_id)))
        with suppress(TradelatchError):  # the position is created, whatever becomes of this
            if not self.perform(flight, question):
                log.warning("exchange %s was never in the book: did you mean %s?", receipt.exchange, meant)

    def _canonical(self, flight: Flight, asked: Mapping[str, Any], receipt: Receipt) -> Mapping[str, Any]:
        """The arguments of a call, with exchange and symbol as the book spells them."""
        spelt = (asked.get("exchange"), asked.get("symbol"))
        if spelt[1] is None or receipt.outcome == "existing" or spelt == (receipt.exchange, receipt.symbol):
            return asked
        known = self._spellings.get(spelt)  # or it became an id of another symbol since, or is none any more
        if known != (receipt.exchange, receipt.symbol):
            question = Call("normalize_symbol", CANONICAL, {}, spelt)
            (self._spellings[spelt],) = self.perform(flight, question)
        exchange, symbol = self._spellings[spelt]
        return {**asked, "exchange": exchange, "symbol": symbol}

    def perform(self, flight: Flight, call: Call) -> Rows:
        """Make a call, and repeat it with the same arguments while that does no harm."""
        retries = undone = 0
        flight.is_open, flight.last_failure = False, None
        unanswered = Unavailable if call.repeatable else OutcomeUnknown
        while True:
            line, is_new = self._line(flight, call)
            is_sent, fate = False, None
            flight.wait_for(call.name, "answer")
            try:
                if not self._is_compared or not call.repeatable:  # which also tells whether the connection is alive
                    self._compare(line)
                is_sent = True
                flight.wait_for(call.name, "answer", unanswered)
                rows = line.execute(call.query, call.values, prepare=self._prepare and self._is_direct)
                log.debug("%s%s: %s", call.name, call.parameters, rows)
                return rows
            except psycopg.Error as error:
                cause = error
                fate = fate_of(error, line.connection)
            finally:
                self._give_back(flight, line, is_usable=fate not in (Fate.UNANSWERED, Fate.ELSEWHERE))
            failure = from_database(cause)
            if fate is Fate.REFUSED or (fate is Fate.BUSY and not flight.is_open):
                raise failure from cause
            if fate is Fate.UNANSWERED:
                self._is_compared = False  # the next connection may lead to another server
                if is_sent and not call.repeatable:
                    raise OutcomeUnknown(f"{call.name}: {_what_happened(cause)}") from cause
                failure = Unavailable(f"{call.name}: {_what_happened(cause)}", sqlstate=cause.sqlstate)
                flight.is_open = flight.is_open or is_sent
            elif flight.is_open and fate is not Fate.ELSEWHERE:
                unanswered = OutcomeUnknown
                failure = OutcomeUnknown(f"{call.name}: an earlier try had no answer, and this one: {failure}")
            undone += fate is Fate.UNDONE
            retries += is_new or not line.connection.closed  # else the pool was late, not the server
            pause = pause_before(retries) if retries else 0.0
            if undone > RETRIES or pause >= flight.left():
                raise failure from cause
            log.info("%s is repeated: %s", call.name, type(failure).__name__)
            flight.last_failure = failure
            sleep(pause)

    def _line(self, flight: Flight, call: Call) -> tuple[Line, bool]:
        """A connection of the pool, to be given back, and whether it was not used before."""
        if self._is_owner and self._pool.closed:
            self.open()
        flight.wait_for(call.name, "connection")
        connection = None
        while connection is None:
            seconds = flight.left()
            try:
                wait = min(seconds, LOOK) if self._is_owner and not self._is_compared else seconds
                connection = self._pool.getconn(wait)
            except PoolClosed as error:
                raise Unavailable("the pool is not open") from error
            except PoolTimeout as error:
                if refusal := refusal_of(self._trouble):
                    raise refusal from error
                if not flight.left():
                    raise flight.failure(self._trouble and f": {self._trouble}") from error
            except psycopg.Error as error:
                raise Unavailable(f"{call.name}: no connection: {reason_of(error)}") from error
        line = self._lines.get(connection)
        is_new = line is None
        if line is None:
            for closed in [known for known in list(self._lines) if known.closed]:
                self._lines.pop(closed, None)
            line = self._lines[connection] = Line(connection)
        flight.hold(connection)
        flight.silenced = self._silence if self._is_owner else None
        return line, is_new

    def _give_back(self, flight: Flight, line: Line, *, is_usable: bool) -> None:
        """To the pool, which replaces what is closed."""
        is_abandoned = flight.let_go()  # and perhaps cancelled, which may reach the server later
        if is_abandoned or not is_usable or not is_idle(line.connection):
            line.connection.close()
        line.restore()
        self._pool.putconn(line.connection)
        if flight in self._silent:
            self._silent.remove(flight)
            self._fit()

    def _silence(self, flight: Flight) -> None:
        """A connection was abandoned, and the server may never answer on it: others take its place."""
        self._silent.add(flight)
        self._fit()
        self._pool.drain()  # the idle ones lead to the same server

    def _fit(self) -> None:
        self._pool.resize(SMALLEST_POOL, LARGEST_POOL + len(self._silent))

    def _compare(self, line: Line) -> None:
        asked_at = datetime.now(UTC)
        try:
            ((version, told, process),) = line.execute(COMPARISON, (), prepare=False)
        except InsufficientPrivilege as error:
            problem = f"{error.diag.message_primary}: grant tradelatch_bot to {line.connection.info.user}"
            raise PermissionDenied(problem, sqlstate=error.sqlstate) from error
        except (InvalidSchemaName, UndefinedFunction) as error:
            problem = f"{error.diag.message_primary}: run `tradelatch deploy` on this database"
            raise SchemaMismatch(problem, sqlstate=error.sqlstate) from error
        if version not in (str(SCHEMA_VERSION), str(SCHEMA_VERSION + 1)):
            raise SchemaMismatch(f"this client is for schema {SCHEMA_VERSION}, the database has {version!r}")
        # A pooler gives a client process ids of its own, and perhaps another server session for each transaction,
        # where psycopg's name for a statement may be that of another one.
        self._is_direct = process == line.connection.info.backend_pid
        self.clock = Clock.compared(asked_at, told)
        self._is_compared = True

    def _check_process(self) -> None:
        if self._process != os.getpid():
            raise TradelatchError("this client was made before a fork: make one in each process")

    def _new_pool(self, settings: dict[str, Any]) -> ConnectionPool[Any]:
        def note(trouble: str) -> None:
            self._trouble = trouble

        password = settings.get("password") or os.environ.get("PGPASSWORD")

        class NotingConnection(psycopg.Connection[Any]):
            """The pool logs why there is no connection; this one tells it, too."""

            @classmethod
            def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
                try:
                    connection = super().connect(conninfo, **kwargs)
                except psycopg.Error as error:
                    reason = reason_of(error, password)
                    note(reason)
                    if password and str(password) in str(error):  # what is raised here, the pool logs
                        raise type(error)(reason) from None
                    raise
                note("")
                return connection

        return ConnectionPool(
            connection_class=NotingConnection,
            kwargs=settings | {"autocommit": True},
            min_size=SMALLEST_POOL,
            max_size=LARGEST_POOL,
            open=False,
            name="tradelatch",
            # Try again every second while the database is away; the pool would wait twice as long each time.
            reconnect_timeout=1.0,
            reconnect_failed=_reconnect,
        )


class Line:
    """A connection, with a cursor for each query: psycopg finds out once how its values are written and read."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._cursors: dict[str, psycopg.RawCursor[tuple[Any, ...]]] = {}
        self._is_replicated = True
        self._is_transactional = False
        connection.add_notice_handler(self._hear)

    def execute(self, query: str, values: Sequence[str | None], *, prepare: bool) -> Rows:
        """Run a query as a transaction. Its rows are returned when the server has reported the transaction's end."""
        if not self.connection.autocommit:
            self.connection.set_autocommit(True)
            self._is_transactional = True
        cursor = self._cursors.get(query)
        if cursor is None:
            cursor = self._cursors[query] = psycopg.RawCursor(self.connection, row_factory=tuple_row)
        self._is_replicated = True
        try:
            cursor.execute(query, values, prepare=prepare, binary=True)
        except UnicodeEncodeError as error:
            raise InvalidArgument("a string does not fit the connection's encoding") from error
        rows = cursor.fetchall()
        if not is_idle(self.connection):
            raise NoAnswer("the server has not ended the transaction")
        if not self._is_replicated:
            raise NoAnswer("the wait for a synchronous standby was cancelled")
        return rows

    def restore(self) -> None:
        """Make the connection as it was in the pool."""
        if self._is_transactional and not self.connection.closed:
            self.connection.set_autocommit(False)

    def _hear(self, notice: Diagnostic) -> None:
        if notice.source_function == "SyncRepWaitForLSN":
            self._is_replicated = False
        elif notice.severity_nonlocalized == "WARNING":
            log.warning("the database warns: %s", notice.message_primary)


def _what_happened(error: psycopg.Error) -> str:
    return str(error) if isinstance(error, NoAnswer) else "the connection was lost"


def _reconnect(pool: ConnectionPool[Any]) -> None:
    pool.check()
