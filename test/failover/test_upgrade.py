"""pg_upgrade to PostgreSQL 18, by the commands of docs/high-availability.md: nothing is lost, and the workers go on."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tradelatch import Client, Receipt
from tradelatch.cluster import DATABASE
from tradelatch.programs import release_of, server_programs

from ..postgres import programs_of
from ..template import deployed_cluster
from .servers import as_server
from .test_page import blocks, run

CHANGED = "select detail ->> 'problem' from tradelatch.diagnose() where check_name = 'history_changed'"
BOOK = "select * from monitoring.positions order by id"
LOG = "select * from monitoring.position_events order by id"
PROBLEM = "another cluster than the one that was noted"


@pytest.fixture
def folder() -> Iterator[Path]:
    """One of the server's user; the path of a socket in it is short."""
    with tempfile.TemporaryDirectory(prefix="tradelatch-new-", dir="/tmp") as name:
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres", name], check=True)
        yield Path(name)


def positions(client: Client) -> list[Receipt]:
    """One that is being opened, one that is active, and one that is over."""
    opening, active, over = (
        client.create_position("binance", symbol, "long", 10, 100) for symbol in ("APTUSDT", "BTCUSDT", "ETHUSDT")
    )
    filled = client.confirm_entry(active.position_id, active.fence, 10, average_price=100)
    assert filled.next_order is not None
    client.activate_position(active.position_id, active.fence, 90, filled.next_order.client_order_id)
    client.cancel_position(over.position_id, over.fence, "called off")
    return [opening, active, over]


def test_the_page(folder: Path) -> None:
    (upgrade,) = [block for block in blocks("sh") if "pg_upgrade" in block]
    with deployed_cluster(settings={}) as old, programs_of("18") as programs:
        with Client(old.dsn()) as client:
            opening, *_ = positions(client)
        with psycopg.connect(old.dsn()) as connection:
            before = [connection.execute(query).fetchall() for query in (BOOK, LOG)]
        printed = run(
            upgrade,
            {
                "old_bin": str(server_programs()),
                "new_bin": str(programs),
                "old_data": str(old.data),
                "new_data": str(folder / "data"),
                "folder": str(folder),
            },
        )
        assert "Upgrade Complete" in printed
        dsn = f"host={folder} user=postgres dbname={DATABASE}"
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                assert connection.info.server_version // 10000 == release_of(programs) == 18
                assert [connection.execute(query).fetchall() for query in (BOOK, LOG)] == before
                assert connection.execute(CHANGED).fetchall() == [(PROBLEM,)]
                told = run("tradelatch after-restore --reason pg_upgrade --skip 0 --confirm", {"TRADELATCH_DSN": dsn})
                assert told == "The history of this server is noted.\n"
                assert connection.execute(CHANGED).fetchall() == []
            assert re.search(r"^All \d+ are there", run("tradelatch verify", {"TRADELATCH_DSN": dsn}), re.MULTILINE)
            with Client(dsn) as client:
                assert client.place_entry(opening.position_id, opening.fence, "17").status == "entry_placed"
                receipt = client.create_position("binance", "SOLUSDT", "long", 1, 1)
                assert receipt.position_id == opening.position_id + 3
        finally:
            as_server("pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
