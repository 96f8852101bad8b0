"""What tasks do differently from threads. `_threads` has the same names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg.pq.abc import PGresult

from .flight import Flight

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("tradelatch")
sleep = asyncio.sleep


async def run(
    seconds: float, function: Callable[Concatenate[Flight, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run function(flight, …) to its end, at most about `seconds`, however often the caller is cancelled meanwhile.

    The cancellation is raised when it has ended. What the function waits for, it waits for by `answer` and `insist`.
    """
    flight = Flight(seconds)
    timer = asyncio.get_running_loop().call_later(seconds, flight.expire)
    try:
        result = await function(flight, *args, **kwargs)
    except Exception as error:
        if flight.interruption is None:
            raise
        log.warning("a cancelled call failed: %s", type(error).__name__)
        raise flight.interruption from None
    finally:
        timer.cancel()
    if flight.interruption is not None:
        raise flight.interruption
    return result


async def insist(flight: Flight, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something that may be begun again when it was cancelled."""
    while True:
        try:
            return await function(*args, **kwargs)
        except asyncio.CancelledError as error:
            flight.interruption = error


class Connection(psycopg.AsyncConnection[Any]):
    """One whose socket is watched from call to call: to begin and end that each time costs half of a round trip."""

    _watching: asyncio.AbstractEventLoop | None = None
    _socket = -1
    _arrival: asyncio.Future[None] | None = None

    async def arrival(self) -> None:
        """Wait until what was asked is answered and read."""
        if self._watching is None:
            self._watching, self._socket = asyncio.get_running_loop(), self.pgconn.socket
            self._watching.add_reader(self._socket, self._read)
        self._arrival = self._watching.create_future()
        await self._arrival

    def _read(self) -> None:
        failure = None
        try:
            self.pgconn.consume_input()
        except psycopg.OperationalError as error:
            failure = error
            self.unwatch()  # at once: the number of its socket may be given to another
        if self._arrival is None or self._arrival.done():
            return
        if failure is not None:
            self._arrival.set_exception(failure)
        elif not self.pgconn.is_busy():
            self._arrival.set_result(None)

    def unwatch(self) -> None:
        """Leave the socket to others: psycopg watches it by itself, and ends that when it has what it wants."""
        if self._watching is not None and not self._watching.is_closed():
            self._watching.remove_reader(self._socket)
        self._watching = None

    async def wait(self, *args: Any, **kwargs: Any) -> Any:
        """As psycopg does it."""
        self.unwatch()
        return await super().wait(*args, **kwargs)

    async def close(self) -> None:
        """As psycopg does it."""
        self.unwatch()
        await super().close()


async def answer(flight: Flight, connection: psycopg.AsyncConnection[Any]) -> PGresult:
    """The result of the statement that was sent."""
    pgconn = connection.pgconn
    first = None
    while True:
        while (is_unsent := bool(pgconn.flush())) or pgconn.is_busy():
            try:
                if isinstance(connection, Connection) and not is_unsent:
                    await connection.arrival()
                else:
                    await _wait(connection, is_unsent)
            except asyncio.CancelledError as error:
                flight.interruption = error
            except psycopg.OperationalError:
                if first is None:
                    raise
                return first  # which says why the server ended the connection
        result = pgconn.get_result()
        if result is None:
            if first is None:
                raise psycopg.OperationalError("the server did not answer")
            return first
        first = first or result


async def _wait(connection: psycopg.AsyncConnection[Any], is_unsent: bool) -> None:
    """The same for any connection, and for a statement that did not leave at once."""
    if isinstance(connection, Connection):
        connection.unwatch()
    loop, socket = asyncio.get_running_loop(), connection.pgconn.socket
    ready = loop.create_future()
    loop.add_reader(socket, _end, ready)
    if is_unsent:
        loop.add_writer(socket, _end, ready)
    try:
        await ready
    finally:
        loop.remove_reader(socket)
        if is_unsent:
            loop.remove_writer(socket)
    connection.pgconn.consume_input()


def _end(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Ticker:
    """Calls a function again and again, until it returns False or the ticker is stopped."""

    def __init__(self, seconds: float, function: Callable[[], Awaitable[bool]]) -> None:
        self._task = asyncio.ensure_future(self._tick(seconds, function))

    async def _tick(self, seconds: float, function: Callable[[], Awaitable[bool]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            if not await function():
                return

    def stop(self) -> None:
        """No further call; one that has begun is finished."""
        self._task.cancel()

    async def join(self) -> None:
        """Wait for its end."""
        await asyncio.wait({self._task})
