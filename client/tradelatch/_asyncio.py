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

    The cancellation is raised when it has ended.
    """
    flight = Flight(seconds)
    timer = asyncio.get_running_loop().call_later(seconds, flight.expire)
    cancelled = None
    while True:
        task = asyncio.ensure_future(function(flight, *args, **kwargs))
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError as error:
                cancelled = error
        # Somebody who cancels every task of the loop cancels this one too: its work is taken up again.
        if not task.cancelled() or not flight.left():
            break
    timer.cancel()
    if cancelled is not None:
        if not task.cancelled() and (failure := task.exception()):
            log.warning("a cancelled call failed: %s", type(failure).__name__)
        raise cancelled
    return task.result()


async def answer(pgconn: PGconn) -> PGresult:
    """The result of the statement that was sent."""
    first = None
    while True:
        while (is_unsent := bool(pgconn.flush())) or pgconn.is_busy():
            await _wait(pgconn.socket, is_unsent)
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
