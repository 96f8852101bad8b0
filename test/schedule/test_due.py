"""What is due is seen within 3 s: on the screen, in an alert and in a metric, while a bot works."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from ..watching.conftest import bot, connect, state_home  # noqa: F401
from ..watching.test_watch import PROGRAM, Terminal, until_listening

SOON = 3.0  # the issue's own number
PATIENCE = 30.0
# A worker that opens a position for a second, fills it, and is killed.
WORKER = """
import sys, time
from datetime import timedelta
from tradelatch import Client
with Client(sys.argv[1], worker="doomed") as client:
    made = client.create_position("binance", sys.argv[2], "long", 1, 100, lease=timedelta(seconds=1))
    client.confirm_entry(made.position_id, made.fence, 1)
    print(made.position_id, flush=True)
    time.sleep(600)
"""


class Watched:
    """The screen, the alerts and the metrics of one database."""

    def __init__(self, dsn: str) -> None:
        self.alerts = subprocess.Popen(
            [*PROGRAM, "--dsn", dsn, "watch", "--alerts"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        until_listening(dsn)
        self.exporter = subprocess.Popen(
            [*PROGRAM, "--dsn", dsn, "metrics", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True
        )
        self.address = self.exporter.stderr.readline().strip()
        self.screen = Terminal(dsn, every="2s")
        self.screen.until("nothing is open")

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(self.address, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name + " ")), 0.0)

    def alert(self) -> dict[str, Any]:
        return dict(json.loads(self.alerts.stdout.readline()))

    def close(self) -> None:
        self.screen.close()
        for process in (self.alerts, self.exporter):
            process.kill()
            process.communicate()


@pytest.fixture
def watched(bot_dsn: str) -> Iterator[Watched]:
    watched = Watched(bot_dsn)
    yield watched
    watched.close()


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it does not show"
        time.sleep(0.1)


def seen(watched: Watched, due: float, alert: str, screen: str, metric: str, value: float) -> None:
    """All three show it, none of them later than it may."""
    assert watched.alert()["alert"] == alert
    late = {"alert": time.time() - due}
    watched.screen.until(screen)
    late["screen"] = time.time() - due
    until(lambda: watched.metric(metric) == value)
    late["metric"] = time.time() - due
    print(alert, {name: f"{seconds:.1f} s" for name, seconds in late.items()})
    assert max(late.values()) < SOON, late


def test_a_duplicate_an_unprotected_position_and_a_killed_bot(
    bot: Any,  # noqa: F811
    watched: Watched,
    bot_dsn: str,
    database: str,
) -> None:
    position = bot.activate("APTUSDT")
    watched.screen.until("1 open")
    due = time.time()
    bot.create("APTUSDT")
    seen(watched, due, "duplicate_prevented", "1 prevented", "tradelatch_duplicates_prevented_total", 1)

    critical = 'tradelatch_findings{check_name="no_stop_loss",severity="critical"}'
    with psycopg.connect(bot_dsn, autocommit=True) as connection:
        connection.execute("select tradelatch.update_stop_loss(%s, null, lease => '1 second')", [position.position_id])
    seen(
        watched,
        end_of_grace(database, position.position_id),
        "no_stop_loss",
        "! no_stop_loss binance APTUSDT",
        critical,
        1,
    )

    worker = subprocess.Popen([sys.executable, "-c", WORKER, bot_dsn, "METUSDT"], stdout=subprocess.PIPE, text=True)
    doomed = int(worker.stdout.readline())
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    seen(watched, end_of_grace(database, doomed), "no_stop_loss", "! no_stop_loss binance METUSDT", critical, 2)


def end_of_grace(database: str, position_id: int) -> float:
    """When a position is nobody's any more."""
    query = "select extract(epoch from lease_until + interval '5 seconds')::float8 from tradelatch.positions"
    with psycopg.connect(database) as connection:
        (due,) = connection.execute(f"{query} where position_id = %s", [position_id]).fetchone()
    return float(due)
