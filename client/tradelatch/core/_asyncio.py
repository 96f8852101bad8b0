"""What tasks do differently from threads. `_threads` has the same names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

from .flight import Flight

P = ParamSpec("P")
T = TypeVar("T")
Flown = Callable[Concatenate[Flight, P], Coroutine[Any, Any, T]]

GRACE = 1.0  # seconds in which the server can end a statement that was cancelled, before its connection is closed

log = logging.getLogger("tradelatch")
sleep = asyncio.sleep
_abandoned: set[asyncio.Task[None]] = set()  # a loop alone does not keep its tasks


async def run(seconds: float, function: Flown[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Wait for function(flight, …), at most `seconds`, however often the caller is cancelled meanwhile.

    It runs as a task of its own, which no cancellation of the caller reaches. The cancellation is raised when the
    function has ended, or when its time is up; its cause is what the function raised.
    """
    loop = asyncio.get_running_loop()
    flight = Flight(seconds)
    ended = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    async def fly() -> T:
        try:
            return await function(flight, *args, **kwargs)
        finally:
            end()

    task = loop.create_task(fly())
    timer = loop.call_later(seconds, end)
    interruption: asyncio.CancelledError | None = None
    while not task.done() and flight.patience():
        try:
            await ended
        except asyncio.CancelledError as error:
            interruption = error
            ended = loop.create_future()
    timer.cancel()
    if not task.done():
        flight.abandon()
        ending = loop.create_task(_end(task, flight))
        _abandoned.add(ending)
        ending.add_done_callback(_abandoned.discard)
        if interruption is not None:
            raise interruption from flight.failure()
        raise flight.failure()
    if interruption is not None:
        if not task.cancelled() and (failure := task.exception()):
            log.warning("a cancelled call failed: %s", type(failure).__name__)
            raise interruption from failure
        raise interruption
    return task.result()


async def _end(task: asyncio.Task[Any], flight: Flight) -> None:
    """Cancel what runs on the server. If that does not answer, psycopg closes the connection the second time."""
    if flight.connection is not None and flight.silenced is not None:
        await flight.silenced(flight)
    while not task.done():
        if flight.connection is not None:  # else it ends by itself, because its time is up
            task.cancel()
        await asyncio.wait((task,), timeout=min(GRACE, flight.seconds / 2))
    if not task.cancelled() and (failure := task.exception()):
        log.info("an abandoned call failed: %s", type(failure).__name__)


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


class OtherWith:
    """Refuses `with` and `await`, where `async with` is meant."""

    def __await__(self) -> NoReturn:
        raise TypeError("not to be awaited: write `async with`")

    def __enter__(self) -> NoReturn:
        raise TypeError("this is for tasks: write `async with`, or use Client")

    def __exit__(self, *error: object) -> None:
        """Never reached; without it Python would complain of this one."""
