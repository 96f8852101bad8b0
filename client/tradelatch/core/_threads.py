"""What threads do differently from tasks. `_asyncio` has the same names."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Concatenate, NoReturn, ParamSpec, TypeVar

import psycopg

from .flight import Flight

P = ParamSpec("P")
T = TypeVar("T")
Flown = Callable[Concatenate[Flight, P], T]

CANCELLATION_SECONDS = 5.0  # that the server may take to accept one

log = logging.getLogger("tradelatch")
sleep = time.sleep


class _Worker(threading.Thread):
    """A thread that runs one job after the other, beside the caller who waits for it."""

    def __init__(self) -> None:
        super().__init__(name="tradelatch", daemon=True)
        self.jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while True:
            self.jobs.get()()


_idle: list[_Worker] = []
os.register_at_fork(after_in_child=_idle.clear)


def run(seconds: float, function: Flown[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Wait for function(flight, …), at most `seconds`, however often the caller is interrupted meanwhile.

    It runs in a thread of its own: nothing else lets go of a server that does not answer, and what signal handlers
    raise, as KeyboardInterrupt, does not reach it. The interruption is raised when the function has ended, or when
    its time is up; its cause is what the function raised.
    """
    flight = Flight(seconds)
    begun: list[bool] = []
    results: list[T] = []
    failures: list[BaseException] = []
    ended = threading.Lock()
    ended.acquire()
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()

    def job() -> None:
        if begun:
            return  # queued twice, by a caller who was interrupted as it did
        begun.append(True)
        try:
            flight.check()
            results.append(function(flight, *args, **kwargs))
        except BaseException as error:
            failures.append(error)
        _idle.append(worker)
        ended.release()

    is_queued = False
    interruption: BaseException | None = None
    while not (results or failures or flight.is_abandoned):
        try:
            if not is_queued:
                worker.jobs.put(job)
                is_queued = True
            if not ended.acquire(timeout=flight.patience()):
                flight.abandon()
                threading.Thread(target=_end, args=[flight], name="tradelatch-cancel", daemon=True).start()
        except BaseException as error:  # whatever a signal handler raised
            interruption = error
    try:
        failure = None if results else failures[0] if failures else flight.failure()
        if interruption is not None:
            if failure is not None:
                log.warning("an interrupted call failed: %s", type(failure).__name__)
                raise interruption from failure
            raise interruption
        if failure is not None:
            raise failure
        return results[0]
    finally:
        failures.clear()  # they refer to this frame
        failure = None


def _end(flight: Flight) -> None:
    """Cancel what runs on the server. If that does not answer, the thread and its connection are lost until it does."""
    with flight.lock:
        connection = flight.connection
        if connection is None:
            return
        if flight.silenced is not None:
            flight.silenced(flight)
        assert isinstance(connection, psycopg.Connection)
        try:
            connection.cancel_safe(timeout=CANCELLATION_SECONDS)
        except psycopg.Error as error:
            log.info("an abandoned call could not be cancelled: %s", type(error).__name__)


class Ticker:
    """Calls a function again and again, until it returns False or the ticker is stopped."""

    def __init__(self, seconds: float, function: Callable[[], bool]) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._tick, args=(seconds, function), name="tradelatch-lease", daemon=True
        )
        self._thread.start()

    def _tick(self, seconds: float, function: Callable[[], bool]) -> None:
        while not self._stopped.wait(seconds):
            if not function():
                return

    def stop(self) -> None:
        """No further call; one that has begun is finished."""
        self._stopped.set()

    def join(self) -> None:
        """Wait for its end."""
        self._thread.join()


class OtherWith:
    """Refuses `async with`, where `with` is meant."""

    async def __aenter__(self) -> NoReturn:
        raise TypeError("this is for threads: write `with`, or use AsyncClient")

    async def __aexit__(self, *error: object) -> None:
        """Never reached; without it Python would complain of this one."""
