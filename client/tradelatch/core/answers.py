"""What psycopg raised, and what it says of the call: whether it was done, and whether it may be tried again."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from enum import Enum, auto
from typing import Any

import psycopg

from .errors import (
    BY_CLASS,
    BY_SQLSTATE,
    InvalidArgument,
    PermissionDenied,
    SchemaMismatch,
    TradelatchError,
)
from .flight import AnyConnection


class Fate(Enum):
    """What became of one try of a call."""

    UNANSWERED = auto()  # it was done or not
    ELSEWHERE = auto()  # it was not done, and cannot be on this connection
    UNDONE = auto()  # it was not done, and may be the next time
    BUSY = auto()  # it was not done: somebody holds the slot, perhaps an earlier try of the same call
    REFUSED = auto()  # it was not done, and never will be


_FATES = {
    "40001": Fate.UNDONE,
    "40P01": Fate.UNDONE,
    "25006": Fate.ELSEWHERE,  # a server that is read-only: a standby, or a primary that became one
    "26000": Fate.ELSEWHERE,  # somebody took the prepared statements away
    "55P03": Fate.BUSY,
}
_LOST = ("08", "57P0")  # how the SQLSTATEs of a connection that ended begin


class NoAnswer(psycopg.OperationalError):
    """A row that is no answer: whether its transaction stands is not known."""


def fate_of(error: psycopg.Error, connection: AnyConnection) -> Fate:
    """What became of a try that ended with this error."""
    code = error.sqlstate or ""
    if isinstance(error, NoAnswer) or code.startswith(_LOST) or (not code and connection.closed):
        return Fate.UNANSWERED
    return _FATES.get(code, Fate.REFUSED)


def is_idle(connection: AnyConnection) -> bool:
    """Whether the server reported the end of the transaction, and waits for the next one."""
    return not connection.info.transaction_status  # libpq's number for idle is 0


def from_database(error: psycopg.Error) -> TradelatchError:
    """The exception that stands for this one, by its SQLSTATE alone."""
    code = error.sqlstate or ""
    kind = BY_SQLSTATE.get(code) or BY_CLASS.get(code[:2], TradelatchError)
    if not code and isinstance(error, psycopg.DataError):
        kind = InvalidArgument
    message = error.diag.message_primary or f"database error ({type(error).__name__})"
    if error.diag.message_hint:
        message = f"{message} ({error.diag.message_hint})"
    return kind(message, sqlstate=code or None, detail=_json(error.diag.message_detail))


def reason_of(error: psycopg.Error, password: object = None) -> str:
    """Why there is no connection, in one line and without the password, which a pooler may repeat."""
    text = " ".join(str(error).split())
    return text.replace(str(password), "***") if password else text


# libpq hands over no SQLSTATE of a connection that was refused. Where the server words these in another language, the
# client goes on trying until `timeout`; the server's own words end the message then, too.
_REFUSALS: list[tuple[str, str, type[TradelatchError], str]] = [
    ("password authentication failed", "28P01", PermissionDenied, "check the user and the password of the DSN"),
    ("no password supplied", "28P01", PermissionDenied, "give the password in the DSN, PGPASSWORD or ~/.pgpass"),
    ("no pg_hba.conf entry", "28000", PermissionDenied, "pg_hba.conf of the server must let this user in"),
    ('role ".*" (does not exist|is not permitted)', "28000", PermissionDenied, "check the user of the DSN"),
    ("permission denied for database", "42501", PermissionDenied, "grant connect on the database to this user"),
    (
        'database ".*" does not exist',
        "3D000",
        SchemaMismatch,
        "check the DSN, or create it and deploy",
    ),
    ("no such database", "3D000", SchemaMismatch, "check the DSN, and what the pooler serves"),
]


def refusal_of(text: str) -> TradelatchError | None:
    """What to raise at once for this reason, if no later try will get a connection either."""
    for pattern, sqlstate, kind, advice in _REFUSALS:
        if re.search(pattern, text):
            return kind(f"{text}: {advice}", sqlstate=sqlstate)
    return None


def _json(detail: str | None) -> Any:
    try:
        return json.loads(detail or "", parse_float=Decimal)
    except ValueError:
        return None
