"""A file with what an exchange showed, read with distrust."""

import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from .errors import Refused

LARGEST = 32 * 1024 * 1024  # twice what 100,000 entries take


def read_snapshot(path: str, what: str = "positions") -> Sequence[Mapping[str, Any]]:
    """The entries of a file, `-` for standard input; what is in them is the database's to judge.

    Refused: it cannot be read, is too large, or is no JSON array.
    """
    try:
        content = _read(path)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    if content is None:
        raise Refused(f"{path} is larger than {LARGEST // 1024 // 1024} MB: that is no snapshot")
    try:
        document = json.loads(
            content.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repetition,
        )
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise Refused(f"{path} is no JSON: {reason}") from None
    if not isinstance(document, list):
        raise Refused(f"{path} is no snapshot: that is a JSON array of {what}")
    return document


def symbols_of(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """The symbols that a snapshot names, as it spells them."""
    return [each["symbol"] for each in entries if isinstance(each, Mapping) and isinstance(each.get("symbol"), str)]


def _read(path: str) -> bytes | None:
    """None for what is too large, which a file says before it is read, and a pipe never."""
    if path == "-":
        content = sys.stdin.buffer.read(LARGEST + 1)
    elif Path(path).stat().st_size > LARGEST:
        return None
    else:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    return content if len(content) <= LARGEST else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _without_repetition(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return mapping
