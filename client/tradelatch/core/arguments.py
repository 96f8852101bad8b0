"""What a call sends: its SQL, and its arguments, checked before any I/O. Knows nothing of connections."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from .errors import InvalidArgument

Details = Mapping[str, Any]
_NUMBER = (Decimal, int)
Orders = Sequence[str]  # names: client order ids, or id: and the exchange's id
NO_DETAILS: Details = MappingProxyType({})
NO_ORDERS: Orders = ()
MINUTE = timedelta(minutes=1)


class Call(NamedTuple):
    """One statement. `values` are its parameters as the database reads them.

    repeatable: a second one, after a lost answer, does no harm.
    """

    name: str
    query: str
    parameters: Mapping[str, Any]
    values: Sequence[str | None]
    repeatable: bool = True


def function_call(name: str, columns: str, arguments: Mapping[str, object], *, repeatable: bool = True) -> Call:
    """A call of a function of the schema, every argument by name and typed. Raises InvalidArgument."""
    checked = {argument: _CHECKED[argument](argument, value) for argument, value in arguments.items()}
    values = [None if value is None else _WRITTEN[argument](value) for argument, value in checked.items()]
    return Call(name, _function_query(name, columns, tuple(arguments)), checked, values, repeatable)


def view_call(name: str, columns: str, rest: str, numbers: Mapping[str, object]) -> Call:
    """A query of a view; `rest` has $1 and so on for the numbers. Raises InvalidArgument."""
    checked = {argument: integer(argument, value) for argument, value in numbers.items()}
    values = [None if value is None else str(value) for value in checked.values()]
    return Call(name, f"select {columns} from tradelatch.{name} {rest}", checked, values)


@cache
def _function_query(name: str, columns: str, arguments: tuple[str, ...]) -> str:
    passed = ", ".join(f"{argument} => ${place}::{_TYPES[argument]}" for place, argument in enumerate(arguments, 1))
    return f"select {columns} from tradelatch.{name}({passed})"


def text(name: str, value: object) -> str | None:
    """A string that can be sent; lengths and control characters are the database's to judge."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refusal(name, "must be str", value)
    plain = str.__str__(value)  # not an enumeration's name
    if "\0" in plain or not (plain.isascii() or _is_unicode(plain)):
        raise _refusal(name, "has characters that cannot be stored", value)
    return plain


def names(name: str, value: object) -> tuple[str, ...] | None:
    """Names of orders, or of symbols; lengths and control characters are the database's to judge."""
    if value is None:
        return None
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise _refusal(name, "must be a sequence of str", value)
    entries = tuple(text(f"{name}[{place}]", entry) for place, entry in enumerate(value))
    if None in entries:
        raise _refusal(name, "must not have None in it", value)
    return tuple(entry for entry in entries if entry is not None)


def number(name: str, value: object) -> Decimal | None:
    """An exact, finite number."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, _NUMBER):
        raise _refusal(name, "must be Decimal or int", value)
    exact = Decimal(value)
    if not exact.is_finite():
        raise _refusal(name, "must be finite", value)
    return exact


def integer(name: str, value: object) -> int | None:
    """A whole number of 64 bits."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refusal(name, "must be int", value)
    if not -(2**63) <= value < 2**63:
        raise _refusal(name, "is out of range", value)
    return int(value)


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
    """A JSON object, or an array (snapshot, orders, marks), as text. Decimals, times and UUIDs in it become strings."""
    if value is None:
        return None
    document: object
    if name in ("snapshot", "orders", "marks"):
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
            raise _refusal(name, "must be a sequence of mappings", value)
        document = [_array_entry(f"{name}[{number}]", entry) for number, entry in enumerate(value)]
    elif isinstance(value, Mapping):
        if not value:
            return "{}"
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


def _interval(value: timedelta) -> str:
    return f"{value.days:+d} day {value.seconds:+d} second {value.microseconds:+d} microsecond"  # in any IntervalStyle


def _array(names: tuple[str, ...]) -> str:
    quoted = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "{" + ",".join(f'"{name}"' for name in quoted) + "}"


_SQL_TYPES: dict[str, tuple[Callable[[str, object], object], Callable[[Any], str], str]] = {
    "text": (
        text,
        str,
        "exchange symbol side account position_side request_id exchange_order_id stop_loss_order_id"
        " client_order_id reason mode name",
    ),
    "name": (text, str, "role"),
    "text[]": (names, _array, "orders_ended orders_placed covers"),
    "numeric": (
        number,
        str,
        "quantity entry_price stop_loss_percent filled_quantity average_price stop_loss_price exit_price"
        " realized_pnl remaining fees",
    ),
    "bigint": (integer, str, "position_id fence signal_id skip"),
    "integer": (integer, str, "max_positions max_closes max_missing max_events max_alerts max_findings"),
    "interval": (interval, _interval, "lease grace stale_after older_than"),
    "uuid": (uuid, str, "attempt backup_id"),
    "boolean": (boolean, str, "complete apply adopt dry_run"),
    "timestamp with time zone": (time, datetime.isoformat, "observed_at"),
    "jsonb": (json_document, str, "details snapshot orders marks aliases"),
}
_TYPES = {name: sql_type for sql_type, (_, _, names) in _SQL_TYPES.items() for name in names.split()}
_CHECKED = {name: _SQL_TYPES[sql_type][0] for name, sql_type in _TYPES.items()}
_WRITTEN = {name: _SQL_TYPES[sql_type][1] for name, sql_type in _TYPES.items()}
