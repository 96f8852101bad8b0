"""Timelines for people: what each actor did and when, side by side, in 80 columns.

A renderer and no more: it is given events in their order and prints them. Colour is for terminals; in a pipe, and
with NO_COLOR set, not one escape code is written.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from .visible import visible_lines

WIDTH = 80
GAP = 2
TIME_WIDTH = len("21:50:44.738")
LABEL_WIDTH = 18

Mood = Literal["plain", "good", "bad", "faint"]
STYLES: dict[Mood, str] = {"plain": "", "good": "green", "bad": "bold red", "faint": "dim"}


@dataclass(frozen=True)
class Event:
    at: datetime
    actor: str
    text: str
    mood: Mood = "plain"


class PlainConsole(Console):
    """Whatever it prints of others' text does nothing to the terminal."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Its own control codes stay."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible_lines(segment.text), segment.style)


def plain_console(file: IO[str] | None = None, *, width: int | None = WIDTH) -> Console:
    """A console that colours nothing by itself; of 80 columns, or with None as wide as its terminal."""
    return PlainConsole(
        file=file,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",  # else rich would still write bold and dim
    )


class Timeline:
    """Prints events as they come: the time at the left margin, then a column for each actor."""

    def __init__(self, console: Console, actors: Sequence[str]) -> None:
        self._console = console
        self._actors = list(actors)
        column = (WIDTH - TIME_WIDTH) // len(self._actors) - GAP
        self._widths = [TIME_WIDTH, *(column for _ in self._actors)]
        self._last: str | None = None

    def heading(self) -> None:
        """The actors' names, underlined."""
        print_columns(self._console, ["time", *self._actors], self._widths, style="bold")
        print_columns(self._console, ["-" * width for width in self._widths], self._widths, style="dim")

    def add(self, event: Event) -> None:
        """Print an event; its time only where it is another one than that of the event before."""
        at = event.at.strftime("%H:%M:%S.%f")[:TIME_WIDTH]
        cells = [Text("" if at == self._last else at, style="dim"), *(Text() for _ in self._actors)]
        cells[1 + self._actors.index(event.actor)] = Text(event.text, style=STYLES[event.mood])
        print_columns(self._console, cells, self._widths)
        self._last = at


def print_text(console: Console, text: str, *, style: str = "") -> None:
    """A paragraph."""
    print_columns(console, [text], [WIDTH], style=style)


def print_facts(console: Console, title: str, columns: Mapping[str, Mapping[str, Text]]) -> None:
    """A row per fact, and a column of its own for each that the facts are told of; what nobody knows is left out."""
    width = (WIDTH - LABEL_WIDTH) // len(columns) - GAP
    widths = [LABEL_WIDTH, *(width for _ in columns)]
    print_columns(console, [title, *columns], widths, style="bold")
    for label in next(iter(columns.values())):
        cells = [facts[label] for facts in columns.values()]
        if any(cell.plain for cell in cells):
            print_columns(console, [Text(f"  {label}", style="dim"), *cells], widths)


def print_columns(console: Console, cells: Sequence[str | Text], widths: Sequence[int], *, style: str = "") -> None:
    """One row of a table without lines: each cell wrapped to its width, no blanks at the ends of lines."""
    texts = [Text(cell, style=style) if isinstance(cell, str) else cell for cell in cells]
    columns = [list(text.wrap(console, width)) for text, width in zip(texts, widths, strict=True)]
    for height in range(max(len(column) for column in columns)):
        line = Text()
        start = 0
        for column, width in zip(columns, widths, strict=True):
            if height < len(column) and column[height]:
                line.append(" " * (start - line.cell_len))
                line.append_text(column[height])
                line.rstrip()
            start += width + GAP
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
