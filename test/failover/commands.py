"""The commands that run for long, in processes of their own, over all hosts."""

import json
import subprocess
import sys
import threading
import urllib.request
from typing import Any

import psycopg

from .servers import PATIENCE, until


class Command:
    """`tradelatch ARGUMENTS`, until it is ended; what it printed."""

    def __init__(self, dsn: str, *arguments: str) -> None:
        self.name = arguments[0]
        self.lines: list[str] = []
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tradelatch", "--dsn", dsn, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._threads = [
            threading.Thread(target=lines.extend, args=[stream], daemon=True)
            for stream, lines in ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
            if stream
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """It runs until now."""
        assert self.process.poll() is None, f"{self.name} ended by itself: {self.errors[-3:]}"
        self.process.terminate()
        self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def scrape(self) -> str:
        """What `metrics` serves where it said that it does."""
        with urllib.request.urlopen(self.errors[0].strip(), timeout=PATIENCE) as answer:
            told: str = answer.read().decode()
            return told

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in list(self.lines)]


class Watchers:
    """All of them."""

    def __init__(self, dsn: str) -> None:
        self.alerts = Command(dsn, "watch", "--alerts", "--every", "1s", "--since", "1m")
        self.metrics = Command(dsn, "metrics", "--listen", "127.0.0.1:0")
        self.recover = Command(dsn, "recover", "--watch", "1s", "--confirm")
        until(lambda: self.metrics.errors, "metrics are served")
        until(lambda: self._connected(dsn) >= {"tradelatch watch", "tradelatch recover"}, "the commands connect")

    @staticmethod
    def _connected(dsn: str) -> set[Any]:
        with psycopg.connect(dsn, autocommit=True) as connection:
            return {name for (name,) in connection.execute("select application_name from pg_stat_activity").fetchall()}

    def is_up(self) -> bool:
        """Whether the metrics are those of a database that answers."""
        return "\ntradelatch_up 1.0" in self.metrics.scrape()

    def end(self) -> None:
        for command in (self.alerts, self.metrics, self.recover):
            command.end()
