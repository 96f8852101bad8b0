"""What commands print: tables for people, one JSON document for programs."""

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import IO, Any, Literal
from uuid import UUID

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..timeline import WIDTH, plain_console
from ..visible import json_text, visible
from ..watching.figures import age

SEVERITIES = {"critical": "bold red", "warning": "yellow", "info": "dim"}


@dataclass(frozen=True)
class Column:
    """A column of a table, by its name in the contract; `title` is for people. A fixed one is never broken."""

    name: str
    title: str | None = None
    justify: Literal["left", "right"] = "left"
    fixed: bool = False


def console(file: IO[str] | None = None) -> Console:
    """As wide as the terminal; 80 columns in a pipe. Without colour there, and where NO_COLOR is set."""
    return plain_console(file, width=None if (file or sys.stdout).isatty() else WIDTH)


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Say on a terminal what is being worked on; in a pipe nothing."""
    errors = console(sys.stderr)
    if errors.is_terminal:
        with errors.status(text, spinner="line"):
            yield
    else:
        yield


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], *, title: str = "") -> None:
    """Rows by the columns' names; what is too wide is wrapped inside its column."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", title=title or None)
    table.title_justify = "left"
    for column in columns:
        heading = column.title or column.name.replace("_", " ")
        table.add_column(heading, justify=column.justify, no_wrap=column.fixed, overflow="fold")
    for row in rows:
        table.add_row(*(severity(row[c.name]) if c.name == "severity" else Text(cell(row[c.name])) for c in columns))
    console().print(table)


def severity(word: str) -> Text:
    """By word, and by colour where there is one."""
    return Text(word, style=SEVERITIES.get(word, ""))


def cell(value: Any) -> str:
    """A value for people."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        case timedelta():
            return age(value)
        case dict() | list() | tuple():
            return json_text(plain(value))
    return visible(str(value))


def print_json(value: Any) -> None:
    """One document; the only thing that a command with --json prints."""
    print(json_text(plain(value), indent=2))


def plain(value: Any) -> Any:
    """A value as JSON has it: numerics as strings, times RFC 3339 in UTC, intervals in seconds."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case timedelta():
            return value.total_seconds()
        case UUID():
            return str(value)
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case Iterable():
            return [plain(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"no JSON for {type(value).__name__}")
