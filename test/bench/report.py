"""The table: for a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from measure import Row
from rich.console import Console
from rich.table import Table

COLUMNS = ("row", "what", "baseline", "measured", "unit", "ratio", "lowest to highest", "goal", "holds")


def _figure(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _cells(row: Row) -> Iterator[str]:
    baselines, measured = zip(*row.pairs, strict=True)
    yield row.number
    yield row.what
    yield f"{row.baseline}: {_figure(statistics.median(baselines))}"
    yield f"{row.measured}: {_figure(statistics.median(measured))}"
    yield row.unit
    yield f"{row.ratio:.2f}"
    yield f"{min(row.ratios):.2f} to {max(row.ratios):.2f}"
    yield row.goal or ""
    yield {None: "", True: "yes", False: "no"}[row.holds]


def _notes(rows: Sequence[Row]) -> list[str]:
    return [f"{row.number}, {row.what}: {row.note}" for row in rows if row.note]


def show(rows: Sequence[Row], facts: Mapping[str, object]) -> None:
    """On standard output; a terminal's width folds the words, not the figures."""
    table = Table(*COLUMNS, title="ratio: the median of measured / baseline, of pairs measured in turns")
    for column in table.columns:
        column.no_wrap = column.header not in ("what", "baseline", "measured")
        column.overflow = "fold"
    for row in rows:
        table.add_row(*_cells(row))
    console = Console(width=None if Console().is_terminal else 180)
    console.print(table)
    for line in [*_notes(rows), *_lines(facts)]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def markdown(rows: Sequence[Row], facts: Mapping[str, object]) -> str:
    """The same for a page."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "| " + " | ".join("---" for _ in COLUMNS) + " |"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(row)) + " |" for row in rows]
    lines += ["", *(f"- {line}" for line in [*_notes(rows), *_lines(facts)])]
    return "\n".join(lines) + "\n"


def write_json(path: Path, rows: Sequence[Row], facts: Mapping[str, object]) -> None:
    """All pairs, and what the table says of them."""
    described = [asdict(row) | {"ratios": row.ratios, "ratio": row.ratio, "holds": row.holds} for row in rows]
    path.write_text(json.dumps({"facts": facts, "rows": described}, indent=1) + "\n")


def _lines(facts: Mapping[str, object]) -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield f"{name}: " + ", ".join(f"{key} = {one}" for key, one in value.items())
        else:
            yield f"{name}: {value}"
