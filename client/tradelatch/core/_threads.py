"""What threads do differently from tasks. `_asyncio` has the same names."""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg.pq.abc import PGconn, PGresult

from .flight import Flight

P = ParamSpec("P")
T = TypeVar("T")

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


def run(seconds: float, function: Callable[Concatenate[Flight, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run function(flight, …) to its end, at most about `seconds`, however often the caller is interrupted meanwhile.

    KeyboardInterrupt, and what else signal handlers raise, reaches the main thread alone. For that one it runs in
    another thread; the interruption is raised here when it has ended.
    """
    flight = Flight(seconds)
    if threading.current_thread() is not threading.main_thread():
        return function(flight, *args, **kwargs)
    results: list[T] = []
    failures: list[BaseException] = []
    ended = threading.Lock()
    ended.acquire()
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()

    def job() -> None:
        if results or failures:
            return  # queued twice, by a caller who was interrupted as it did
        try:
            results.append(function(flight, *args, **kwargs))
        except BaseException as error:
            failures.append(error)
        _idle.append(worker)
        ended.release()

    is_queued = False
    interrupt: BaseException | None = None
    while not (results or failures):
        try:
            if not is_queued:
                worker.jobs.put(job)
                is_queued = True
            if not ended.acquire(timeout=flight.left()):
                flight.expire()
                ended.acquire()
        except BaseException as error:  # whatever a signal handler raised
            interrupt = error
    try:
        if interrupt is not None:
            if failures:
                log.warning("an interrupted call failed: %s", type(failures[0]).__name__)
            raise interrupt
        if failures:
            raise failures[0]
        return results[0]
    finally:
        failures.clear()  # it refers to this frame


def insist(flight: Flight, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something that nobody interrupts here."""
    return function(*args, **kwargs)


def answer(flight: Flight, pgconn: PGconn) -> PGresult:
    """The result of the statement that was sent."""
    first = None
    while True:
        while (is_unsent := bool(pgconn.flush())) or pgconn.is_busy():
            waiting = select.poll()
            waiting.register(pgconn.socket, select.POLLIN | (select.POLLOUT if is_unsent else 0))
            if not waiting.poll(1000 * flight.left()):
                flight.expire()
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
