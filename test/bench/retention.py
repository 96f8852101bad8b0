"""What a long log costs create_position: its time with an empty log and with many events, in turns, on one cluster.

    python -m tradelatch.cluster run -- python test/bench/retention.py --events 10000000

Each turn measures both: two databases, one with the log. A million events take about a minute to write.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from tradelatch.cluster import deploy, libpq_environment, server_programs

PER_POSITION = 5
FILL = """
set session_replication_role = replica;
set synchronous_commit = off;
insert into monitoring.positions
    (exchange, symbol, side, quantity, entry_price, status, request_id, attempt, created_at, closed_at)
select 'binance', 'S' || i %% 500, 'long', 1, 1, 'closed', 'old:' || i, gen_random_uuid(),
    now() - interval '300 days' + i * interval '1 second', now() - interval '299 days' + i * interval '1 second'
from generate_series(1, %(positions)s) as i;
insert into monitoring.position_events (position_id, at, event, from_status, to_status, details)
select i, now() - interval '300 days' + i * interval '1 second', e.event, e.from_status, e.to_status,
    '{"side": "long", "quantity": 1, "entry_price": 1}'
from generate_series(1, %(positions)s) as i
cross join (values
    ('create_position', null, 'pending_entry'),
    ('place_entry', 'pending_entry', 'entry_placed'),
    ('confirm_entry', 'entry_placed', 'pending_sl'),
    ('activate_position', 'pending_sl', 'active'),
    ('confirm_close', 'active', 'closed')
) as e (event, from_status, to_status);
vacuum analyze monitoring.positions, monitoring.position_events;
"""
CREATE = (
    "\\set number random(1, 1000000000)\n"
    "select outcome from tradelatch.create_position(exchange => 'binance', symbol => 'T' || :number, side => 'long',"
    " quantity => 1, entry_price => 100);\n"
)


def database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    dsn = make_conninfo(server, dbname=name)
    deploy(dsn)
    return dsn


def milliseconds(dsn: str, script: Path, seconds: int) -> float:
    """Average time of one create_position."""
    command = [server_programs() / "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={script}"]
    done = subprocess.run(
        [*command, f"--time={seconds}"], env=libpq_environment(dsn), capture_output=True, text=True, check=True
    )
    return float(done.stdout.partition("latency average = ")[2].split()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    server = os.environ["TRADELATCH_DSN"]
    empty, full = database(server, "empty_log"), database(server, "full_log")
    began = time.perf_counter()
    with psycopg.connect(full, autocommit=True) as connection:
        for statement in FILL.split(";\n"):
            if "%(" in statement:
                connection.execute(statement % {"positions": options.events // PER_POSITION})
            elif statement.strip():
                connection.execute(statement)
        ((size,),) = connection.execute(
            "select pg_size_pretty(pg_total_relation_size('monitoring.position_events'))"
        ).fetchall()
    print(f"{options.events} events of {options.events // PER_POSITION} positions: {size}", end=", ")
    print(f"written in {time.perf_counter() - began:.0f} s")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "create.sql"
        script.write_text(CREATE)
        pairs = [
            (milliseconds(empty, script, options.seconds), milliseconds(full, script, options.seconds))
            for _ in range(options.pairs)
        ]
    ratios = sorted(there / here for here, there in pairs)
    print(f"create_position, {options.pairs} pairs of {options.seconds} s in turns:")
    print(f"  empty log {statistics.median(here for here, _ in pairs):.3f} ms", end=", ")
    print(f"full log {statistics.median(there for _, there in pairs):.3f} ms")
    print(f"  ratio {statistics.median(ratios):.3f} (lowest {ratios[0]:.3f}, highest {ratios[-1]:.3f})")


if __name__ == "__main__":
    main()
