"""Queries that end: a server that is frozen takes a query and never answers, and no timeout of its own ends that."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

import psycopg

ANSWER_SECONDS = 20.0


@contextmanager
def bounded(connection: psycopg.Connection[Any], seconds: float = ANSWER_SECONDS) -> Iterator[None]:
    """The connection is cut off when the block takes longer, which psycopg reports as a lost one."""
    descriptor = os.dup(connection.fileno())

    def cut_off() -> None:
        with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as end:
            end.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        os.close(descriptor)
