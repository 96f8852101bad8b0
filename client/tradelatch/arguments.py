"""What a call sends: its SQL, and its arguments, checked before any I/O. Knows nothing of connections."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from psycopg.types.numeric import Int8

from .errors import InvalidArgument

Details = Mapping[str, Any]
NO_DETAILS: Details = MappingProxyType({})
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Call:
    """One statement and its parameters. repeatable: a second one, after a lost answer, does no harm."""

    name: str
    query: str
    parameters: Mapping[str, Any]
    repeatable: bool = True


def function_call(name: str, columns: str, arguments: Mapping[str, object], *, repeatable: bool = True) -> Call:
    """A call of a function of the schema, every argument by name and typed. Raises InvalidArgument."""
    checked = {argument: _CHECKS[_TYPES[argument]](argument, value) for argument, value in arguments.items()}
    return Call(name, _function_query(name, columns, tuple(arguments)), checked, repeatable)


@cache
def _function_query(name: str, columns: str, arguments: tuple[str, ...]) -> str:
    passed = ", ".join(f"{argument} => %({argument})s::{_TYPES[argument]}" for argument in arguments)
    return f"select {columns} from tradelatch.{name}({passed})"


def text(name: str, value: object) -> str | None:
    """A string that can be sent; lengths and control characters are the database's to judge."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refusal(name, "must be str", value)
    plain = str.__str__(value)  # not an enumeration's name
    if "\0" in plain or not _is_unicode(plain):
        raise _refusal(name, "has characters that cannot be stored", value)
    return plain


def number(name: str, value: object) -> Decimal | None:
    """An exact, finite number."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise _refusal(name, "must be Decimal or int", value)
    exact = Decimal(value)
    if not exact.is_finite():
        raise _refusal(name, "must be finite", value)
    return exact


def integer(name: str, value: object) -> Int8 | None:
    """A whole number of 64 bits."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refusal(name, "must be int", value)
    if not -(2**63) <= value < 2**63:
        raise _refusal(name, "is out of range", value)
    return Int8(value)


def interval(name: str, value: object) -> timedelta | None:
    """A length of time."""
    if value is not None and not isinstance(value, timedelta):
        raise _refusal(name, "must be timedelta", value)
    return value


def uuid(name: str, value: object) -> UUID | None:
    """A UUID."""
    if value is not None and not isinstance(value, UUID):
        raise _refusal(name, "must be UUID", value)
    return value


def boolean(name: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise _refusal(name, "must be bool", value)
    return value


def time(name: str, value: object) -> datetime | None:
    """A time with its zone."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise _refusal(name, "must be datetime", value)
    if value.tzinfo is None:
        raise _refusal(name, "must have a time zone", value)
    return value


def json_document(name: str, value: object) -> str | None:
    """A JSON object, or an array of them (snapshot, marks), as text. Decimals, times and UUIDs in it become strings."""
    if value is None:
        return None
    document: object
    if name in ("snapshot", "marks"):
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
            raise _refusal(name, "must be a sequence of mappings", value)
        document = [_array_entry(f"{name}[{number}]", entry) for number, entry in enumerate(value)]
    elif isinstance(value, Mapping):
        document = dict(value)
    else:
        raise _refusal(name, "must be a mapping", value)
    try:
        return json.dumps(document, default=_json_value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise _refusal(name, "cannot be written as JSON", value) from None


def _array_entry(name: str, entry: object) -> dict[str, object]:
    if not isinstance(entry, Mapping):
        raise _refusal(name, "must be a mapping", entry)
    for key in ("quantity", "average_price", "stop_loss_price", "price", "unrealized_pnl"):
        if isinstance(entry.get(key), bool | float):
            raise _refusal(f"{name}.{key}", "must be Decimal, int, or a string of digits", entry[key])
    return dict(entry)


def reason_of(error: BaseException) -> str:
    """An exception as a reason for the database: no control characters, at most 1000 characters."""
    try:
        message = f"{type(error).__name__}: {error}"
    except Exception:  # its own __str__ is broken; what it was raised for must be cleaned up all the same
        message = type(error).__name__
    return "".join(c if c.isprintable() else " " for c in message[:1000]).rstrip(": ")


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_value(value: object) -> object:
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _refusal(name: str, problem: str, value: object) -> InvalidArgument:
    try:
        shown = f" {ascii(value)[:64]}"
    except Exception:  # no repr, or an int of thousands of digits
        shown = ""
    return InvalidArgument(f"{name} {problem}, not {type(value).__name__}{shown}")


_CHECKS: dict[str, Callable[[str, object], object]] = {
    "text": text,
    "numeric": number,
    "bigint": integer,
    "integer": integer,
    "interval": interval,
    "uuid": uuid,
    "boolean": boolean,
    "timestamp with time zone": time,
    "jsonb": json_document,
}
_TYPES = {
    name: sql_type
    for sql_type, names in {
        "text": "exchange symbol side account position_side request_id exchange_order_id stop_loss_order_id"
        " client_order_id reason mode",
        "numeric": "quantity entry_price stop_loss_percent filled_quantity average_price stop_loss_price exit_price"
        " realized_pnl remaining fees",
        "bigint": "position_id fence signal_id",
        "integer": "max_positions max_closes max_events max_alerts max_findings",
        "interval": "lease grace stale_after older_than",
        "uuid": "attempt backup_id",
        "boolean": "complete apply adopt dry_run",
        "timestamp with time zone": "observed_at",
        "jsonb": "details snapshot marks",
    }.items()
    for name in names.split()
}
