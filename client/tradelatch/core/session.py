"""Statements by libpq's own calls, as psycopg.pq has them: how they are sent, and how their results are read.

A cursor finds out for each call again where the placeholders are, how each value is written and each column read,
which costs several times what the rest of a call does. Here all of that is known beforehand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.errors import DuplicatePreparedStatement, InvalidSqlStatementName, error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

from .errors import InvalidArgument

UTF8 = "utf-8"
_DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
_BINARY = Format.BINARY

AnyConnection = psycopg.Connection[Any] | psycopg.AsyncConnection[Any]


class Session:
    """What is known of a connection: which queries are prepared there, and how its results are read."""

    def __init__(self) -> None:
        self._prepared: set[str] = set()
        self._reader = Transformer(_Standard())

    @staticmethod
    def of(connection: AnyConnection) -> Session:
        """Always the same one for a connection."""
        session = _sessions.get(connection)
        return _sessions.setdefault(connection, Session()) if session is None else session

    def send_preparation(self, connection: AnyConnection, query: str) -> bool:
        """Prepare a query, unless it is; whether there will be a result, for `read_preparation`."""
        if query in self._prepared:
            return False
        connection.pgconn.send_prepare(_name_of(query), query.encode())
        return True

    def read_preparation(self, connection: AnyConnection, query: str, result: PGresult) -> None:
        """It is prepared now; or the result is an error."""
        with suppress(DuplicatePreparedStatement):  # behind a pooler; the same name is the same query
            _check(connection, result)
        self._prepared.add(query)

    def send(self, connection: AnyConnection, query: str, values: Sequence[str | None], *, prepared: bool) -> None:
        """Run a query with these values, as text for its casts to read."""
        encoding = _encoding(connection)
        try:
            written = [None if value is None else value.encode(encoding) for value in values]
        except UnicodeEncodeError as error:
            raise InvalidArgument("a string does not fit the connection's encoding") from error
        if prepared:
            connection.pgconn.send_query_prepared(_name_of(query), written, result_format=_BINARY)
        else:
            connection.pgconn.send_query_params(query.encode(), written, result_format=_BINARY)

    def read(self, connection: AnyConnection, result: PGresult) -> list[tuple[Any, ...]]:
        """The rows of a result; or it is an error."""
        try:
            _check(connection, result)
        except InvalidSqlStatementName:  # somebody, or a pooler, took the prepared statements away
            self._prepared.clear()
            raise
        reader = self._reader if _encoding(connection) == UTF8 else Transformer(_Standard(connection))
        reader.set_pgresult(result)
        return reader.load_rows(0, result.ntuples, tuple)


class _Standard:
    """psycopg's own types, and times in UTC, however the connection is set; only its encoding may matter."""

    def __init__(self, connection: AnyConnection | None = None) -> None:
        self.connection = connection

    @property
    def adapters(self) -> AdaptersMap:
        return psycopg.adapters


_sessions: WeakKeyDictionary[AnyConnection, Session] = WeakKeyDictionary()


@cache
def _name_of(query: str) -> bytes:
    return f"tradelatch_{hashlib.sha256(query.encode()).hexdigest()[:32]}".encode()


def _encoding(connection: AnyConnection) -> str:
    return UTF8 if connection.pgconn.parameter_status(b"client_encoding") == b"UTF8" else connection.info.encoding


def _check(connection: AnyConnection, result: PGresult) -> None:
    if result.status not in _DONE:
        raise error_from_result(result, connection.info.encoding)
