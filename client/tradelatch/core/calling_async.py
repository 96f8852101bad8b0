"""How a call reaches the database: a pool, the schema's version, and retries."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from math import ceil
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool, PoolClosed

from ._asyncio import answer, insist, run, sleep
from .arguments import Call
from .errors import InvalidArgument, OutcomeUnknown, SchemaMismatch, TradelatchError, Unavailable, from_database
from .flight import Flight, is_alive, lost_connection, pauses, was_undone
from .lease import Clock
from .session import Session

SCHEMA_VERSION = 1
LARGEST_POOL = 10

log = logging.getLogger("tradelatch")


class AsyncCaller:
    """Sends calls, each on a connection of the pool, until they are answered."""

    def __init__(
        self,
        dsn: str | None,
        pool: AsyncConnectionPool[Any] | None,
        worker: str | None,
        timeout: float,
        prepare: bool,
    ) -> None:
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout < 1e6:
            raise InvalidArgument("timeout must be a number of seconds above 0")
        if pool is not None and (dsn is not None or worker is not None):
            raise InvalidArgument("a pool brings its own dsn and application name")
        self.timeout = timeout
        self.clock = Clock()
        self._prepare = prepare
        self._is_compared = False  # with the schema's version and the database's clock
        self._is_owner = pool is None
        self._pool = pool or _new_pool(dsn, worker, timeout)

    async def open(self) -> None:
        """Start the pool, if it is the client's own."""
        if self._is_owner and self._pool.closed:
            try:
                await self._pool.open()
            except psycopg.Error as error:  # it cannot be opened again
                raise Unavailable("the client is closed") from error

    async def close(self) -> None:
        """End the pool, if it is the client's own."""
        if self._is_owner:
            await self._pool.close()

    async def call(self, call: Call) -> list[tuple[Any, ...]]:
        """The rows that a call returns. It is carried to its end even when the caller is cancelled."""
        return await run(self.timeout, self.perform, call)

    async def perform(self, flight: Flight, call: Call) -> list[tuple[Any, ...]]:
        """The same, as a part of a flight: repeated with the same arguments while that does no harm."""
        if flight.sent and not call.repeatable:
            raise OutcomeUnknown(f"{call.name}: interrupted; it may have been done or not")
        waits = pauses()
        while True:
            flight.sent = False
            connection = await self._connection(flight)
            try:
                flight.hold(connection)
                return await self._answer(flight, connection, call)
            except psycopg.Error as error:
                cause = error
                was_lost = lost_connection(cause, connection)
            finally:
                flight.release()
                await insist(flight, self._pool.putconn, connection)
            if was_lost:
                self._is_compared = False  # the next connection may find another server
                if flight.sent and not call.repeatable:
                    raise OutcomeUnknown(f"{call.name}: connection lost; it may have been done or not") from cause
                problem = "the connection was lost" if flight.left() else f"no answer within {flight.seconds:g} s"
                failure: TradelatchError = Unavailable(f"{call.name}: {problem}", sqlstate=cause.sqlstate)
            else:
                failure = from_database(cause)
                if not was_undone(cause):
                    raise failure from cause
            pause = next(waits, None)
            if pause is None or pause >= flight.left():
                raise failure from cause
            log.info("%s is repeated: %s", call.name, type(failure).__name__)
            await insist(flight, sleep, pause)

    async def _answer(
        self, flight: Flight, connection: psycopg.AsyncConnection[Any], call: Call
    ) -> list[tuple[Any, ...]]:
        session = Session.of(connection)
        if not self._is_compared:
            await self._compare(flight, session, connection)
        flight.sent = True
        if self._prepare and session.send_preparation(connection, call.query):
            session.read_preparation(connection, call.query, await answer(flight, connection.pgconn))
        session.send(connection, call.query, call.values, prepared=self._prepare)
        rows = session.read(connection, await answer(flight, connection.pgconn))
        log.debug("%s%s: %s", call.name, call.parameters, rows)
        return rows

    async def _compare(self, flight: Flight, session: Session, connection: psycopg.AsyncConnection[Any]) -> None:
        asked_at = datetime.now(UTC)
        session.send(connection, "select tradelatch.schema_version(), clock_timestamp()", (), prepared=False)
        ((version, told),) = session.read(connection, await answer(flight, connection.pgconn))
        if version not in (str(SCHEMA_VERSION), str(SCHEMA_VERSION + 1)):
            raise SchemaMismatch(f"this client is for schema {SCHEMA_VERSION}, the database has {version!r}")
        self.clock = Clock.compared(asked_at, told)
        self._is_compared = True

    async def _connection(self, flight: Flight) -> psycopg.AsyncConnection[Any]:
        """One of the pool's, to be given back."""
        if self._is_owner and self._pool.closed:
            await insist(flight, self.open)
        while True:
            try:
                connection: psycopg.AsyncConnection[Any] = await insist(
                    flight, self._pool.getconn, timeout=flight.left()
                )
            except PoolClosed as error:
                raise Unavailable("the pool is not open") from error
            except psycopg.Error as error:
                raise Unavailable(
                    f"no connection within {flight.seconds:g} s; the log of psycopg.pool says why"
                ) from error
            if is_alive(connection):
                return connection
            self._is_compared = False
            await insist(flight, connection.close)
            await insist(flight, self._pool.putconn, connection)


def _new_pool(dsn: str | None, worker: str | None, timeout: float) -> AsyncConnectionPool[Any]:
    conninfo = os.environ.get("TRADELATCH_DSN", "") if dsn is None else dsn
    settings = _settings(conninfo)
    if settings is None:  # and nothing of it in the message, or in a cause
        raise InvalidArgument("dsn is not a connection string")
    if worker is not None:
        if not isinstance(worker, str) or not worker.isprintable() or not 0 < len(worker.encode()) < 64:
            raise InvalidArgument("worker must be 1 to 63 printable characters")
        settings["application_name"] = worker
    settings.setdefault("fallback_application_name", "tradelatch")
    settings.setdefault("connect_timeout", ceil(timeout))
    return AsyncConnectionPool(
        kwargs=settings | {"autocommit": True},
        min_size=1,
        max_size=LARGEST_POOL,
        open=False,
        name="tradelatch",
        # Try again every second while the database is away; the pool would wait twice as long each time.
        reconnect_timeout=1.0,
        reconnect_failed=_reconnect,
    )


def _settings(conninfo: object) -> dict[str, Any] | None:
    try:
        return conninfo_to_dict(conninfo) if isinstance(conninfo, str) else None
    except psycopg.Error:
        return None


async def _reconnect(pool: AsyncConnectionPool[Any]) -> None:
    await pool.check()
