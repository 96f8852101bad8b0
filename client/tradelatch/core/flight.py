"""A call in flight: how long it may take, which connection it holds, and what is raised when its time is up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

from .errors import TradelatchError, Unavailable

RETRIES = 8  # of a call that the database undid
FIRST_PAUSE = 0.02  # seconds, doubled each time
LONGEST_PAUSE = 1.0
MARGIN = 0.05  # seconds before its time is up in which a call can still say why it failed

AnyConnection = psycopg.Connection[Any] | psycopg.AsyncConnection[Any]


class Flight:
    """One call of the client, its retries included. Its caller waits `seconds` for it, and no longer."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began_at = time.monotonic()
        self.connection: AnyConnection | None = None  # on which a statement may be running
        self.is_abandoned = False  # its caller waits no longer, and has got the failure
        self.is_open = False  # an earlier try of the call had no answer, and may have been done
        self.lock = threading.Lock()  # whoever holds it may cancel that statement, and hits no other one
        self.silenced: Callable[[Flight], Any] | None = None  # called when a running statement is abandoned
        self.last_failure: TradelatchError | None = None  # of the call's latest try
        self.wait_for("call", "answer")

    def left(self) -> float:
        """Seconds that the call may still take; never below 0."""
        return max(0.0, self.patience() - min(MARGIN, self.seconds / 10))

    def patience(self) -> float:
        """Seconds that its caller still waits; never below 0."""
        return max(0.0, self.began_at + self.seconds - time.monotonic())

    def wait_for(self, name: str, what: str, kind: type[TradelatchError] = Unavailable) -> None:
        """From now on this is what is missing when time is up, and what is raised."""
        self._name, self._what, self._kind = name, what, kind

    def failure(self, why: str = "") -> TradelatchError:
        """What is raised when time is up: what is missing, and why the try before did not succeed."""
        message = f"{self._name}: no {self._what} within {self.seconds:g} s{why}"
        if (last := self.last_failure) is None:
            return self._kind(message)
        before = str(last).removeprefix(f"{self._name}: ")
        return self._kind(f"{message}; the try before: {before}", sqlstate=last.sqlstate)

    def hold(self, connection: AnyConnection) -> None:
        """Statements run on this connection from now on."""
        with self.lock:
            self.connection = connection

    def let_go(self) -> bool:
        """They do not any more; whether one was abandoned meanwhile."""
        with self.lock:
            self.connection = None
            return self.is_abandoned

    def abandon(self) -> None:
        """The caller waits no longer."""
        with self.lock:
            self.is_abandoned = True

    def check(self) -> None:
        """Raise the failure if nobody waits for the answer any more."""
        if self.is_abandoned:
            raise self.failure()


def pause_before(retry: int) -> float:
    """Seconds to wait: exponential, with jitter. The first retry is number 1."""
    return random.uniform(0.5, 1.0) * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(retry - 1, 16))
