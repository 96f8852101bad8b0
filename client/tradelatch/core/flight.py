"""A call in flight: how long it may take, what is repeated, and when."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg

RETRIES = 8
FIRST_PAUSE = 0.02  # seconds, doubled each time
LONGEST_PAUSE = 1.0


class Flight:
    """One call of the client, its retries included. It is over after `seconds`, whatever the network does."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began_at = time.monotonic()
        self.sent = False  # something may have reached the database
        self.interruption: BaseException | None = None  # to be raised at the end
        self._descriptor: int | None = None
        self._expired = False
        self._lock = threading.Lock()

    def left(self) -> float:
        """Seconds left; never below 0."""
        return max(0.0, self.began_at + self.seconds - time.monotonic())

    def hold(self, connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
        """Until `release`, `expire` cuts this connection."""
        # A duplicate stays ours when libpq closes its own descriptor and the number is given to somebody else.
        duplicate = os.dup(connection.fileno())
        with self._lock:
            self._descriptor = duplicate
            if self._expired:
                self._cut()

    def release(self) -> None:
        """The connection is somebody else's now."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def expire(self) -> None:
        """Time is up: whoever waits for the database's answer gets an error at once."""
        with self._lock:
            self._expired = True
            self._cut()

    def _cut(self) -> None:
        if self._descriptor is not None:
            # Its family does not matter: nothing but shutdown() is done with it.
            with suppress(OSError), socket.fromfd(self._descriptor, socket.AF_UNIX, socket.SOCK_STREAM) as end:
                end.shutdown(socket.SHUT_RDWR)


def pauses() -> Iterator[float]:
    """Seconds to wait before each retry: exponential, with jitter."""
    for retry in range(RETRIES):
        yield random.uniform(0.5, 1.0) * min(LONGEST_PAUSE, FIRST_PAUSE * 2**retry)


def is_alive(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Whether an idle connection still has its other end, as far as the socket knows. No round trip."""
    try:
        for _ in range(2):  # a last message, then the end of the stream
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return False
    return True


def was_undone(error: psycopg.Error) -> bool:
    """The database did nothing, or rolled it back, and the call may be tried again."""
    return error.sqlstate in ("40001", "40P01", "26000")  # the last: a prepared statement that is there no more


def lost_connection(error: psycopg.Error, connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """The connection ended before the answer: the call may have been done or not."""
    code = error.sqlstate or ""
    return code.startswith(("08", "57P0")) or (not code and connection.closed)
