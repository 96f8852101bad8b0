"""The table of March 2026 with two million rows, taken over and given back while other modules write prices: how long
the writers waited at the longest. Neither may block them for more than a second.

One writer updates the price of a random open position, one statement after the other; a second one does the same to
rows that are over. A report reads the table in transactions of three seconds.
"""

import argparse
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from tradelatch.cluster import private_cluster
from tradelatch.deployment import sqitch

sys.path.insert(0, str(Path(__file__).parents[1]))
from adoption.conftest import OWNER, READER, WRITER, Live


@dataclass
class Writer:
    """Plain UPDATEs of prices until `stop`; the longest took `longest` seconds, at the time `at`."""

    dsn: str
    ids: list[int]
    stop: threading.Event
    statements: int = 0
    longest: float = 0.0
    at: float = 0.0
    error: BaseException | None = field(default=None)

    def run(self) -> None:
        try:
            with psycopg.connect(self.dsn, autocommit=True) as connection:
                while not self.stop.is_set():
                    began = time.monotonic()
                    connection.execute(
                        "update monitoring.positions set current_price = %s, unrealized_pnl = %s, updated_at = now()"
                        " where id = %s",
                        [random.randint(1, 9), random.randint(-9, 9), random.choice(self.ids)],
                    )
                    took = time.monotonic() - began
                    self.statements += 1
                    if took > self.longest:
                        self.longest, self.at = took, time.time()
        except BaseException as error:
            self.error = error


def report(dsn: str, stop: threading.Event) -> None:
    """Reads the table in transactions of 3 s, whose lock whoever alters the table has to wait for."""
    with psycopg.connect(dsn) as connection:
        while not stop.wait(1):
            connection.execute("select count(*) from monitoring.positions where id < 1000")
            stop.wait(3)
            connection.commit()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    rows = parser.parse_args().rows
    with private_cluster(settings={"max_wal_size": "4GB"}) as cluster:
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute("create database large")
            for role in (OWNER, WRITER, READER):
                connection.execute(SQL("create role {} login").format(Identifier(role)))
        live = Live(cluster, "large")
        live.psql(file="real.psql", as_of="2026-03-06", owner=OWNER, writer=WRITER, reader=READER)
        began = time.monotonic()
        live.psql(file="real_rows.psql", closed=str(rows - 26))
        print(f"{rows} rows made in {time.monotonic() - began:.0f} s", flush=True)
        filenode = live.relfilenode()

        open_ids = [row[0] for row in live.all("select id from monitoring.positions where status = 'active'")]
        ids = {"open": open_ids, "closed": list(range(1, rows - 26))}
        schema = live.schema()
        longest = beside_writers(live, ids, "deploy", "--verify")
        is_same_file = live.relfilenode() == filenode
        print(f"relfilenode {'unchanged' if is_same_file else 'CHANGED'}", flush=True)
        longest = max(longest, beside_writers(live, ids, "revert", "-y"))
        is_same = live.schema() == schema and live.value("select count(*) from monitoring.positions") == rows
        print(f"the table {'is as it was' if is_same else 'DIFFERS'}", flush=True)
        return int(longest > 1 or not is_same_file or not is_same)


def beside_writers(live: Live, ids: dict[str, list[int]], *command: str) -> float:
    """Runs sqitch beside two writers and a report; returns how long the writers waited at the longest, in seconds."""
    stop = threading.Event()
    dsn = live.cluster.dsn(live.name, user=WRITER)
    writers = {name: Writer(dsn, those, stop) for name, those in ids.items()}
    threads = [threading.Thread(target=writer.run) for writer in writers.values()]
    threads.append(threading.Thread(target=report, args=(live.cluster.dsn(live.name, user=READER), stop)))
    for thread in threads:
        thread.start()
    try:
        began = time.monotonic()
        sqitch(live.dsn, *command)
        print(f"{command[0]}: {time.monotonic() - began:.0f} s")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for name, writer in writers.items():
        if writer.error:
            raise writer.error
        change = live.value(
            "select (select e.change from sqitch.events as e where e.event = %s and e.committed_at > to_timestamp(%s)"
            " order by e.committed_at limit 1)",
            command[0],
            writer.at,
        )
        print(
            f"  writer of {name} rows: {writer.statements} statements,"
            f" the longest took {writer.longest:.3f} s, in {change}"
        )
    longest = max(writer.longest for writer in writers.values())
    print(f"  the writers' longest wait: {longest:.3f} s", flush=True)
    return longest


if __name__ == "__main__":
    sys.exit(main())
