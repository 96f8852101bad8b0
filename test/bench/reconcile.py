"""What it costs to reconcile a book of 10,000 with one snapshot, beside one call per position: measured in turns.

    python -m tradelatch.cluster run -- python test/bench/reconcile.py

A ratio is the time of one call over the time of 10,000 calls with a snapshot of one position each, on one connection,
each with its own commit, with default durability. Both record the same, and each of them judges the whole book. Of the
10,000 calls a sample is made, spread over the book; their time is that of the sample times 10,000 over its size.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from typing import Any

import psycopg

BOOK = """
insert into monitoring.positions (
    exchange, symbol, side, quantity, entry_price, status,
    filled_quantity, open_quantity, average_price, stop_loss_price,
    created_at, updated_at, lease_until
)
select
    'binance', 'S' || i || 'USDT', 'long', 10, 100, 'active', 10, 10, 100, 95,
    now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour'
from generate_series(1, %s) as i
"""
CALL = "select count(*) from tradelatch.reconcile('binance', %s, clock_timestamp(), complete => %s)"


def seconds(connection: psycopg.Connection[Any], snapshots: list[str], *, complete: bool) -> float:
    """The time to reconcile one after the other."""
    started = time.perf_counter()
    for snapshot in snapshots:
        row = connection.execute(CALL, (snapshot, complete)).fetchone()
        assert row == (0,), "the book and the snapshot agree"
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5, help="pairs of measurements")
    parser.add_argument("--positions", type=int, default=10_000, help="size of the book, and of the snapshot")
    parser.add_argument("--sample", type=int, default=20, help="how many of the calls for one position are made")
    options = parser.parse_args()
    entries = [
        {"symbol": f"S{number}USDT", "side": "long", "quantity": "10", "average_price": "100", "stop_loss_price": "95"}
        for number in range(1, options.positions + 1)
    ]
    step = max(1, options.positions // options.sample)
    whole, parts = [json.dumps(entries)], [json.dumps([entry]) for entry in entries[::step]]
    with psycopg.connect(os.environ["TRADELATCH_DSN"], autocommit=True) as connection:
        connection.execute(BOOK, (options.positions,))
        connection.execute("vacuum analyze")
        seconds(connection, whole, complete=True)  # the rows of what was seen are there from now on

        print(f"{options.pairs} pairs in turns, with {len(parts)} of the calls for one position in each")
        print(f"seconds for a book of {options.positions}:")
        print(f"{'one call':>10}  {'one each':>10}  {'ratio':>7}")
        pairs = []
        for _ in range(options.pairs):
            each = seconds(connection, parts, complete=False) * options.positions / len(parts)
            one = seconds(connection, whole, complete=True)
            pairs.append((one, each))
            print(f"{one:>10.3f}  {each:>10.3f}  {one / each:>7.4f}", flush=True)
            connection.execute("vacuum monitoring.sightings, monitoring.snapshots")
    ratios = [one / each for one, each in pairs]
    ones, eachs = zip(*pairs, strict=True)
    print(
        f"median {statistics.median(ones):.3f} and {statistics.median(eachs):.3f}, "
        f"ratio {statistics.median(ratios):.4f} ({min(ratios):.4f} to {max(ratios):.4f})"
    )


if __name__ == "__main__":
    main()
