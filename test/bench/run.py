"""Speed, measured side by side: every row of the table in one run, on one private cluster with default durability.

A ratio is measured / baseline; the two are measured in turns, and the table has the median of the pairs. Autovacuum is
off and checkpoints are far apart, so that neither comes in the middle of a measurement; before each row everything is
vacuumed, analyzed and written.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import contention
import growth
import machine
import moves
import pooler
import reads
import reconcile
import report
import writes
from databases import database_with_history, new_database
from measure import Row
from tradelatch.cluster import ClusterError, deploy, private_cluster

SETTINGS = {
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "max_connections": "200",
}


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    pairs: int = 5
    seconds: float = 3
    sizes: tuple[int, ...] = (0, 1_000_000, 10_000_000)
    minute: float = 60
    workers: int = 64
    positions: int = 1000
    durable: bool = True


SMALL = Extent(pairs=2, seconds=0.05, sizes=(0, 1000), minute=0.2, workers=8, positions=30, durable=False)


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
        "3": lambda: contention.measure(database("contention"), pairs, seconds, extent.workers),
        "5": lambda: reconcile.measure(database("reconcile"), pairs, extent.positions),
        "6": lambda: reads.measure(histories(), pairs, seconds / 3),
        "4": lambda: (
            growth.measure(histories(), pairs, seconds) + growth.measure_fresh(template, pairs, seconds, extent.minute)
        ),
        "7": lambda: pooler.measure(database("pooler"), pairs, seconds),
        "8": lambda: writes.measure(database("writes"), pairs),
    }


def run(extent: Extent, chosen: list[str] | None) -> tuple[list[Row], dict[str, object]]:
    """The rows, in the order of their numbers, and what they were measured on."""
    rows = []
    with private_cluster(durable=extent.durable, settings=SETTINGS) as cluster:
        began = time.perf_counter()
        template = new_database(cluster.dsn("template1"), "tradelatch")
        deploy(template)
        for number, measure in measurements(template, extent).items():
            if chosen is None or number in chosen:
                started = time.perf_counter()
                rows += measure()
                print(f"row {number}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
        facts = machine.facts(cluster.dsn("postgres")) | {
            "pairs": extent.pairs,
            "seconds of one measurement": extent.seconds,
            "seconds in all": round(time.perf_counter() - began),
        }
    return sorted(rows, key=lambda row: row.number), facts


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, help="pairs of measurements for each row: 5")
    parser.add_argument("--seconds", type=float, help="length of one measurement: 3")
    parser.add_argument(
        "--sizes", type=numbers, metavar="N,N", help="closed positions of rows 4 and 6; 0 is among them"
    )
    parser.add_argument("--rows", type=lambda text: text.split(","), metavar="N,N", help="these rows alone")
    parser.add_argument("--small", action="store_true", help="tiny sizes: shows that it works, not how fast it is")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all pairs, and what they were measured on")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the table for a page")
    options = parser.parse_args()
    given = {name: getattr(options, name) for name in ("pairs", "seconds") if getattr(options, name) is not None}
    if options.sizes is not None:
        given["sizes"] = tuple(sorted({0, *options.sizes}))
    extent = replace(SMALL if options.small else Extent(), **given)
    try:
        rows, facts = run(extent, options.rows)
    except ClusterError as error:
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
