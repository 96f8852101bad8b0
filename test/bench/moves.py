"""Row 1: what four moves cost in the database, in durable bare inserts, by pgbench with prepared statements."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg
from databases import settle
from measure import Row, in_turns
from tradelatch.programs import libpq_environment, server_programs

HERE = Path(__file__).parent
CLIENTS = (1, 8)
FEW = 20  # lifecycles of each client, where the time is too short for pgbench, which counts whole seconds


def measure(dsn: str, pairs: int, seconds: float) -> list[Row]:
    """create, confirm, activate and confirm_close, against as many inserts into a table with one column and a key."""
    make_floor(dsn)
    return [
        Row(
            number="1",
            what=f"four moves in the database, {clients} client{'s' if clients > 1 else ''}",
            baseline="four bare inserts",
            measured="create, confirm, activate, close",
            unit="ms",
            pairs=in_turns(
                pairs,
                lambda clients=clients: milliseconds(dsn, "four_inserts.sql", clients, seconds),
                lambda clients=clients: milliseconds(dsn, "four_moves.sql", clients, seconds),
                warm_up=True,
            ),
            goal="<= 2.0",
        )
        for clients in CLIENTS
    ]


def make_floor(dsn: str) -> None:
    """The table of the bare inserts."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "create table public.bare_insert (id bigint generated always as identity primary key, number bigint)"
        )
    settle(dsn)


def milliseconds(dsn: str, script: str, clients: int, seconds: float) -> float:
    """Average time of one run of the script, without that of connecting."""
    command = [server_programs() / "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={HERE / script}"]
    command += [f"--client={clients}", f"--jobs={clients}"]
    command.append(f"--time={seconds:.0f}" if seconds >= 1 else f"--transactions={FEW}")
    pgbench = subprocess.run(command, env=libpq_environment(dsn), capture_output=True, text=True, check=False)
    latency = re.search(r"latency average = ([\d.]+) ms", pgbench.stdout)
    if pgbench.returncode or not latency:
        raise SystemExit(pgbench.stderr.strip())
    return float(latency[1])
