"""What tasks do differently from threads. `_threads` has the same names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg.pq.abc import PGconn, PGresult

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


async def answer(flight: Flight, pgconn: PGconn) -> PGresult:
    """The result of the statement that was sent."""
    first = None
    while True:
        while (is_unsent := bool(pgconn.flush())) or pgconn.is_busy():
            try:
                await _wait(pgconn.socket, is_unsent)
            except asyncio.CancelledError as error:
                flight.interruption = error
                continue
            try:
                pgconn.consume_input()
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


async def _wait(socket: int, is_unsent: bool) -> None:
    """Until something can be read, or what is unsent can be written."""
    loop = asyncio.get_running_loop()
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
