"""`make simulate SEEDS=N`: so many seeds, one after the other, on a private server; ends at the first that fails."""

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter

import psycopg
from simulated.run import simulate
from tradelatch.cluster import private_cluster
from tradelatch.deployment import deploy_with_psql

STEP = 50  # seeds, until it says how far it is


async def run(dsn: str, first: int, seeds: int, log: bool) -> int:
    began = time.monotonic()
    calls: Counter[str] = Counter()
    for seed in range(first, first + seeds):
        verdict = await simulate(dsn, seed)
        calls += verdict.calls
        if log:
            print("\n".join(verdict.decisions))
        if verdict.broken:
            print(verdict)
            return 1
        done = seed - first + 1
        if done == seeds or done % STEP == 0:
            seconds = time.monotonic() - began
            print(
                f"{done} seeds from {first} on, {calls.total()} calls, {seconds:.0f} s: every promise held", flush=True
            )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--log", action="store_true", help="print what was decided")
    options = parser.parse_args()
    for name in ("tradelatch", "psycopg.pool"):  # what they warn of is what the run is about
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with private_cluster(durable=False) as cluster:
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute("create database simulation")
        dsn = cluster.dsn("simulation")
        deploy_with_psql(dsn)
        return asyncio.run(run(dsn, options.first, options.seeds, options.log))


if __name__ == "__main__":
    sys.exit(main())
