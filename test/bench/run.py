"""Speed, measured side by side: every row of the table in one run, on one private cluster with default durability.

A ratio is measured / baseline; the two are measured in turns, and the table has the median of the pairs. Autovacuum is
off and checkpoints are far apart, so that neither comes in the middle of a measurement; before each row everything is
vacuumed, analyzed and written.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import contention
import growth
import machine
import moves
import pooler
import reads
import reconcile
import report
import takeover
import writes
from databases import database_with_history, new_database
from measure import Row
from tradelatch.cluster import private_cluster
from tradelatch.deployment import deploy_with_psql
from tradelatch.programs import ProgramError

import client

SETTINGS = {
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "max_connections": "200",
}
HISTORY = {"4", "6"}
BYTES_EACH = 2200  # of a closed position, with five events and all indexes
BYTES_BESIDE = 6e9  # WAL, and what sorting takes while an index is built


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    pairs: int = 5
    seconds: float = 3
    sizes: tuple[int, ...] = (0, 1_000_000, 10_000_000)
    minute: float = 60
    workers: int = 64
    positions: int = 1000
    closed: int = 10_000
    durable: bool = True


SMALL = Extent(pairs=2, seconds=0.05, sizes=(0, 1000), minute=0.2, workers=8, positions=30, closed=50, durable=False)


def measurements(template: str, extent: Extent) -> dict[str, Callable[[], list[Row]]]:
    """For each number what measures it, each in a new database. 6 goes before 4, which leaves more behind."""
    pairs, seconds = extent.pairs, extent.seconds

    def database(name: str) -> str:
        return new_database(template, name)

    @cache
    def histories() -> dict[int, str]:
        return {size: database_with_history(template, f"closed_{size}", size) for size in extent.sizes}

    return {
        "1": lambda: moves.measure(database("moves"), pairs, seconds),
        "2": lambda: client.measure(database("client"), pairs, seconds),
        "3": lambda: contention.measure(database("contention"), pairs, seconds, extent.workers),
        "5": lambda: reconcile.measure(database("reconcile"), pairs, seconds / 3, extent.positions),
        "6": lambda: reads.measure(histories(), pairs, seconds / 3),
        "4": lambda: (
            growth.measure(histories(), pairs, seconds) + growth.measure_fresh(template, pairs, seconds, extent.minute)
        ),
        "7": lambda: pooler.measure(database("pooler"), pairs, seconds),
        "8": lambda: writes.measure(database("writes"), pairs),
        "9": lambda: takeover.measure(template, pairs, seconds, extent.closed),
    }


def run(extent: Extent, chosen: Collection[str]) -> tuple[list[Row], dict[str, object]]:
    """The rows, in the order of their numbers, and what they were measured on."""
    rows = []
    with private_cluster(durable=extent.durable, settings=SETTINGS) as cluster:
        began = time.perf_counter()
        if HISTORY.intersection(chosen):
            _look_for_room(cluster.folder, extent.sizes)
        template = new_database(cluster.dsn("template1"), "tradelatch")
        deploy_with_psql(template)
        for number, measure in measurements(template, extent).items():
            if number in chosen:
                started = time.perf_counter()
                rows += measure()
                print(f"row {number}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
        facts = machine.facts(cluster.dsn("postgres")) | {
            "pairs": extent.pairs,
            "seconds of one measurement": extent.seconds,
            "seconds in all": round(time.perf_counter() - began),
        }
    return sorted(rows, key=lambda row: row.number), facts


def _look_for_room(folder: Path, sizes: Iterable[int]) -> None:
    needed, free = (sum(sizes) * BYTES_EACH + BYTES_BESIDE) / 1e9, shutil.disk_usage(folder).free / 1e9
    if free < needed:
        raise SystemExit(
            f"rows 4 and 6 need {needed:.0f} GB for a while, {folder.parent} has {free:.0f}: fewer --sizes?"
        )


def _at_least(kind: type, least: float, text: str) -> float:
    try:
        number = kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no number") from None
    if not least <= number < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is not {least} or more")
    return number


def _sizes(text: str) -> tuple[int, ...]:
    """Beside 0, which all others are compared with."""
    sizes = {int(_at_least(int, 0, number)) for number in text.split(",")} - {0}
    if not sizes:
        raise argparse.ArgumentTypeError("one of them must be above 0")
    return (0, *sorted(sizes))


def _rows(text: str) -> list[str]:
    chosen, known = text.split(","), measurements("", Extent())
    if unknown := [number for number in chosen if number not in known]:
        raise argparse.ArgumentTypeError(f"no row {', '.join(unknown)}: there are {', '.join(sorted(known))}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=partial(_at_least, int, 1), help="pairs of measurements for each row: 5")
    parser.add_argument("--seconds", type=partial(_at_least, float, 0.01), help="length of one measurement: 3")
    parser.add_argument(
        "--sizes", type=_sizes, metavar="N,N", help="closed positions in rows 4 and 6: 1000000,10000000"
    )
    parser.add_argument("--rows", type=_rows, metavar="N,N", help="these rows alone")
    parser.add_argument("--small", action="store_true", help="tiny sizes: shows that it works, not how fast it is")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all pairs, and what they were measured on")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the table for a page")
    options = parser.parse_args()
    given = {name: value for name in ("pairs", "seconds", "sizes") if (value := getattr(options, name)) is not None}
    extent = replace(SMALL if options.small else Extent(), **given)
    try:
        rows, facts = run(extent, options.rows or measurements("", extent))
    except ProgramError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    report.show(rows, facts)
    if options.json:
        report.write_json(options.json, rows, facts)
    if options.markdown:
        options.markdown.write_text(report.markdown(rows, facts))


if __name__ == "__main__":
    main()
