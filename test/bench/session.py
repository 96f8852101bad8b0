"""A connection of libpq with prepared statements: hardly anything but the server's answer is measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Self

from psycopg import pq

WARM_UP = 20  # calls: from the sixth on the server may keep one plan for all of them

Answer = list[str | None]


class Session:
    """Statements are prepared when it begins; `call` sends one of them and takes the time until its answer."""

    def __init__(self, dsn: str, statements: Mapping[str, str]) -> None:
        self._connection = pq.PGconn.connect(dsn.encode())
        try:
            self._check(self._connection, pq.ConnStatus.OK)
            for name, statement in statements.items():
                self._check(self._connection.prepare(name.encode(), statement.encode()), pq.ExecStatus.COMMAND_OK)
        except BaseException:
            self._connection.finish()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._connection.finish()

    def call(self, name: str, *arguments: object) -> tuple[float, Answer]:
        """Milliseconds until the answer, and the first row of it."""
        parameters = [str(argument).encode() for argument in arguments]
        began = time.perf_counter()
        result = self._connection.exec_prepared(name.encode(), parameters)
        took = 1000 * (time.perf_counter() - began)
        self._check(result, pq.ExecStatus.TUPLES_OK)
        values = [result.get_value(0, column) for column in range(result.nfields)] if result.ntuples else []
        return took, [value if value is None else value.decode() for value in values]

    @staticmethod
    def _check(result: pq.abc.PGconn | pq.abc.PGresult, wanted: int) -> None:
        if result.status != wanted:
            raise RuntimeError(result.error_message.decode(errors="replace").strip())


def typical(seconds: float, call: Callable[[], tuple[float, ...]]) -> tuple[float, ...]:
    """The medians of the figures that the call returns, over so many seconds, without the first calls."""
    for _ in range(WARM_UP):
        call()
    took = []
    end = time.perf_counter() + seconds
    while not took or time.perf_counter() < end:
        took.append(call())
    return tuple(map(statistics.median, zip(*took, strict=True)))
