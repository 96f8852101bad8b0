"""JSON documents that hold rows of JSON."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .output import plain

TIMES = re.compile(r"at|lease_ended|\w+_(?:at|until|after|since)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d(?::\d\d)?")
NUMERICS = {
    "average_price",
    "close_quantity",
    "current_price",
    "entry_price",
    "exit_price",
    "fees",
    "filled_quantity",
    "leverage",
    "open_quantity",
    "pnl",
    "pnl_percentage",
    "quantity",
    "realized_pnl",
    "remaining",
    "stop_loss",
    "stop_loss_percent",
    "stop_loss_price",
    "take_profit",
    "take_profit_price",
    "unrealized_pnl",
}


def rows(values: Any) -> list[Any]:
    """Rows as a document has them: numerics are strings and times are in UTC inside their JSON columns, too."""
    return [_as_columns(plain(value)) for value in values]


def _as_columns(value: Any, name: str = "") -> Any:
    match value:
        case Mapping():
            return {key: _as_columns(each, key) for key, each in value.items()}
        case list():
            return [_as_columns(each) for each in value]
        case int() if name in NUMERICS and not isinstance(value, bool):
            return str(value)
        case str() if TIMES.fullmatch(name) and TIME.fullmatch(value):
            return plain(datetime.fromisoformat(value))
    return value
