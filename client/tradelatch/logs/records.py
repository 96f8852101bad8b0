"""The beginnings of records: a line's time, module and level, in the forms that Python's loggers print.

A line without a time belongs to the record before it. Dates are turned into days once each.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Any

from .messages import Head

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
LONGEST_HEAD = 400
SECONDS_KEPT = 1000
_EPOCH = date(1970, 1, 1).toordinal()
# Colours and brackets; before them a container's name, or the level.
_COLOUR = rb"(?:\x1b\[[0-9;]{0,12}m)?"
_BEFORE = (
    rb"(?:[\w.-]{1,60} {0,20}\| )?"
    + (_COLOUR + rb"(?:[\[(<]{0,2}[A-Z]{4,8}[\])>]?" + _COLOUR + rb"[ :|-]{1,3})?")
    + (_COLOUR + rb"[\[(< ]{0,2}" + _COLOUR)
)
_TIME = (
    rb"([0-2]\d):([0-5]\d):([0-5]\d|60)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?"
    rb"(?![\w.,])" + _COLOUR
)
DATED = re.compile(_BEFORE + rb"(\d{4}[-/]\d\d[-/]\d\d)[T _]" + _TIME)
HOURS = re.compile(rb"\n(\d\d):[0-5]\d:[0-5]\d")  # of a log without dates
HOURS_BACK = 2  # a clock that falls back so far has passed midnight; summer's end is one hour
UNDATED = re.compile(_BEFORE + rb"()" + _TIME)
# The form of most logs, read in one step: a time, perhaps a process, a module, a level.
_USUAL = re.compile(
    rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[.,](\d{3}|\d{6}) - (?:\d{1,7} - )?([A-Za-z_][\w.\-]{0,80})"
    rb" - (?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL) - "
)
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)"
_MODULE = r"(?P<module>[A-Za-z_][\w.\-]{0,80}(?::\d{1,6})?)"
_REST = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[\])>]?[ ,|:-]{{0,4}}(?:\d{{1,7}} - )?{_MODULE} ?[-|:] ?\[?{_LEVEL}\]? ?[-|:] ?",
        rf"[\])>]?[ ,|:-]{{0,4}}[\[(]?{_LEVEL}[\])]?[ |:-]{{1,4}}{_MODULE}(?: [-|:] |: )",
        rf"[\])>]?[ ,|:-]{{0,4}}[\[(]?{_LEVEL}[\])]?(?: ?[-|:] ?| )",
        r"[\])>]?(?: ?[-|:] ?| )(?P<module>)",
    )
)
_TIME_KEYS = ("timestamp", "asctime", "@timestamp", "time", "ts", "datetime", "date", "created")
_TEXT_KEYS = ("event", "message", "msg")
_ERROR_KEYS = ("exc_info", "exception", "stack_info", "error", "traceback", "stack")


@lru_cache(maxsize=1024)
def _day(text: bytes) -> int | None:
    try:
        return (date(int(text[:4]), int(text[5:7]), int(text[8:10])).toordinal() - _EPOCH) * DAY
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _offset(text: bytes) -> int:
    if text in (b"Z", b"UTC"):
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return -minutes if text[:1] == b"-" else minutes


@lru_cache(maxsize=4096)
def _offset_in(zone: tzinfo, hours: int) -> int:
    """A zone's offset in minutes at an hour that its clocks show."""
    offset = (datetime(1970, 1, 1) + timedelta(hours=hours)).replace(tzinfo=zone).utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


class Heads:
    """Reads the first lines of records. `dated` says which form a log has; `zone` is that of times without one."""

    def __init__(self, *, dated: bool = True, zone: tzinfo | None = None) -> None:
        self.dated = dated
        self.pattern = DATED if dated else UNDATED
        self._zone = zone
        self._seconds: dict[bytes, tuple[int, int | None]] = {}  # the last seconds that were read

    def head(self, data: bytes, begin: int, end: int, day: int) -> Head | None:
        """What the beginning of a line says; None if no record begins there."""
        if self.dated and (usual := _USUAL.match(data, begin, end)):
            text, fraction, module = usual.groups()
            second = self._seconds.get(text)
            if second is None:
                match = self.pattern.match(text)
                second = self.instant(match) if match else None
                if second is None:
                    return None
                if len(self._seconds) >= SECONDS_KEPT:
                    self._seconds.clear()
                self._seconds[text] = second
            at = second[0] + (int(fraction) * 1000 if len(fraction) == 3 else int(fraction))
            return Head(at, second[1], module.decode(), 0, None, usual.end())
        end = min(end, begin + LONGEST_HEAD)
        match = self.pattern.match(data, begin, end)
        instant = self.instant(match, day) if match else None
        if match is None or instant is None:
            return None
        rest = data[match.end() : end].decode("utf-8", "replace")
        module_text, text_after = module_and_text(rest)
        start = match.end() + len(rest[: len(rest) - len(text_after)].encode())
        return Head(*instant, module_text, start=start)

    def instant(self, match: re.Match[bytes], day: int = 0) -> tuple[int, int | None] | None:
        """Microseconds and offset; None where no calendar has such a time. `day` is for times without a date."""
        day_text, hour, minute, second, fraction, offset_text = match.groups()
        start = _day(day_text) if day_text else day
        if start is None or int(hour) > 23:
            return None
        at = start + int(hour) * HOUR + (int(minute) * 60 + int(second)) * SECOND
        if fraction:
            at += int(fraction[:6].ljust(6, b"0"))
        if offset_text:
            offset = _offset(offset_text)
            return at - offset * 60 * SECOND, offset
        if self._zone is not None:
            offset = _offset_in(self._zone, at // HOUR)
            return at - offset * 60 * SECOND, offset
        return at, None

    def json_record(self, line: bytes) -> tuple[Head, list[str]] | None:
        """A JSON line's head, and the lines of its message and of its traceback."""
        try:
            record = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None
        if not isinstance(record, dict):
            return None
        instant = next((found for key in _TIME_KEYS if (found := self._value(record.get(key)))), None)
        if instant is None:
            return None
        module = _first(record, ("logger", "name", "logger_name", "module"))
        fields = {key: str(record[key]) for key in ("symbol", "exchange") if isinstance(record.get(key), str)}
        lines = _first(record, _TEXT_KEYS).split("\n")
        for key in _ERROR_KEYS:
            lines += islice(_texts(record.get(key)), 2000)
        return Head(*instant, module[:80], fields=fields), lines

    def _value(self, value: Any) -> tuple[int, int | None] | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            seconds = value / 1000 if value > 1e11 else value
            return (round(seconds * SECOND), 0) if 0 < seconds < 1e11 else None
        if not isinstance(value, str):
            return None
        match = DATED.match(value.encode("utf-8", "replace")[:64])
        return self.instant(match) if match else None


def module_and_text(rest: str) -> tuple[str, str]:
    """What follows a time, parted into the module's name, if it has one, and the message."""
    for pattern in _REST:
        if match := pattern.match(rest):
            return match.groupdict().get("module") or "", rest[match.end() :]
    return "", rest


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((value for key in keys if isinstance(value := record.get(key), str) and value), "")


def _texts(value: Any, depth: int = 0) -> list[str]:
    """Every text inside a value, as lines: tracebacks come as one text, or as structlog's lists of objects."""
    if isinstance(value, str):
        return value.split("\n")
    if depth > 6:
        return []
    if isinstance(value, dict):
        value = list(value.values())
    return [line for each in value for line in _texts(each, depth + 1)] if isinstance(value, list) else []
