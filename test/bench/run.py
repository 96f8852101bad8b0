"""What four moves of a position cost, in durable bare inserts: measured in turns, in one run, on one cluster.

`make bench` runs it on a private cluster with default durability; `--pairs` and `--seconds` make it longer.
A ratio is the time of create, confirm, activate and confirm_close over the time of four inserts into a table with one
column and a key, each with its own commit, by pgbench with prepared statements.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
from pathlib import Path

import psycopg
from tradelatch.cluster import libpq_environment, server_programs

HERE = Path(__file__).parent
CLIENTS = (1, 8)


def milliseconds(dsn: str, script: str, clients: int, seconds: int) -> float:
    """Average time of one run of the script."""
    command = [server_programs() / "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={HERE / script}"]
    command += [f"--client={clients}", f"--jobs={clients}", f"--time={seconds}"]
    pgbench = subprocess.run(command, env=libpq_environment(dsn), capture_output=True, text=True, check=False)
    latency = re.search(r"latency average = ([\d.]+) ms", pgbench.stdout)
    if pgbench.returncode or not latency:
        raise SystemExit(pgbench.stderr.strip())
    return float(latency[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5, help="pairs of measurements for each number of clients")
    parser.add_argument("--seconds", type=int, default=3, help="length of one measurement")
    options = parser.parse_args()
    dsn = os.environ["TRADELATCH_DSN"]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "create table public.bare_insert (id bigint generated always as identity primary key, number bigint)"
        )

    print(f"{options.pairs} pairs of {options.seconds} s in turns; times are for four moves, or four inserts, in ms")
    print(f"{'clients':>7}  {'inserts':>8}  {'moves':>8}  {'ratio':>6}  {'lowest':>6}  {'highest':>7}")
    for clients in CLIENTS:
        pairs = []
        for _ in range(options.pairs):
            floor = milliseconds(dsn, "four_inserts.sql", clients, options.seconds)
            moves = milliseconds(dsn, "four_moves.sql", clients, options.seconds)
            pairs.append((moves / floor, floor, moves))
        ratios = [ratio for ratio, _, _ in pairs]
        print(
            f"{clients:>7}  {statistics.median(floor for _, floor, _ in pairs):>8.3f}  "
            f"{statistics.median(moves for _, _, moves in pairs):>8.3f}  {statistics.median(ratios):>6.2f}  "
            f"{min(ratios):>6.2f}  {max(ratios):>7.2f}"
        )


if __name__ == "__main__":
    main()
