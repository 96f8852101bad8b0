"""Single keys of a terminal, without waiting for the end of a line."""

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def single_keys() -> Iterator[int | None]:
    """The descriptor that keys are read from; None where standard input is no terminal. Signals work as before."""
    if not sys.stdin.isatty():
        yield None
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield descriptor
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def wait(keys: int | None, others: Sequence[int], seconds: float) -> str:
    """Returns when a key was pressed (the key), when one of the others can be read, or after so many seconds."""
    watched = [*others, *([keys] if keys is not None else [])]
    ready, _, _ = select.select(watched, [], [], max(0.0, seconds))
    if keys in ready and keys is not None:
        return os.read(keys, 32).decode(errors="replace")
    return ""
