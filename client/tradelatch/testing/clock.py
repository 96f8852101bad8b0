"""Two clocks that a bot and an exchange can share.

`SimulatedClock` moves only when everybody sleeps: the same run gives the same times, to the microsecond,
however long a database takes. `ScaledClock` is the wall clock made faster, for workers that really overlap.
"""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time by this clock."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed by this clock."""

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back when so many seconds have passed by this clock."""


class ScaledClock:
    """Wall time from `start` on, in which a second takes `scale` real ones."""

    def __init__(self, start: datetime, scale: float = 1.0) -> None:
        if scale <= 0:
            raise ValueError("scale must be above 0")
        self._start = start
        self._scale = scale
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(self._loop.time() - self._began) / self._scale)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._scale)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        self._loop.call_later(seconds * self._scale, callback)


class SimulatedClock:
    """Time that stands still while an actor works, and leaps to the next appointment when all of them sleep.

    Actors are the coroutines given to `play`. Nobody else may sleep by this clock, nor may an actor sleep while
    it holds what another one waits for. With a `pace` a leap takes so many real seconds per second leapt, for
    people who watch.
    """

    def __init__(self, start: datetime, pace: float = 0.0) -> None:
        self._now = start
        self._pace = pace
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._appointments = 0
        self._actors = 0
        self._awake = 0
        self._all_asleep = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        if seconds < 0:
            raise ValueError("this clock does not run backwards")
        self._appointments += 1  # keeps the order of what is due at the same time
        heapq.heappush(self._agenda, (self._now + timedelta(seconds=seconds), self._appointments, callback))

    async def sleep(self, seconds: float) -> None:
        if not self._awake:
            raise RuntimeError("only an actor of play() sleeps by a simulated clock")
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.call_later(seconds, lambda: self._wake(alarm))
        self._rest()
        try:
            await alarm
        except asyncio.CancelledError:
            if alarm.cancelled():  # else it had rung already
                self._stir()
            raise

    async def play(self, *actors: Coroutine[Any, Any, Any]) -> list[Any]:
        """Run the actors to their ends; what they return, in their order. The first error ends them all."""
        if self._awake:
            raise RuntimeError("this clock is playing already")
        self._actors = len(actors)
        for _ in actors:
            self._stir()
        tasks = [asyncio.ensure_future(self._act(actor)) for actor in actors]
        driver = asyncio.ensure_future(self._drive())
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in (*tasks, driver):
                task.cancel()
            await asyncio.gather(*tasks, driver, return_exceptions=True)
            self._awake = 0

    async def _act(self, actor: Coroutine[Any, Any, Any]) -> Any:
        result = await actor  # after an error the actor counts as awake: time stands still until all have ended
        self._actors -= 1
        self._rest()
        return result

    async def _drive(self) -> None:
        while True:
            await self._all_asleep.wait()
            if not self._actors:
                return
            await asyncio.sleep((self._agenda[0][0] - self._now).total_seconds() * self._pace)
            if self._all_asleep.is_set():  # else somebody was cancelled meanwhile, and has something to say
                self._now, _, callback = heapq.heappop(self._agenda)
                callback()

    def _stir(self) -> None:
        self._awake += 1
        self._all_asleep.clear()

    def _rest(self) -> None:
        self._awake -= 1
        if self._awake == 0:
            self._all_asleep.set()

    def _wake(self, alarm: "asyncio.Future[None]") -> None:
        if not alarm.done():
            self._stir()
            alarm.set_result(None)
