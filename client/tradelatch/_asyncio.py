"""What tasks do differently from threads. `_threads` has the same names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

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
