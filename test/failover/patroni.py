"""Patroni with etcd, one thing after the other going wrong under load: the time without an answer, and what was lost.

    python test/failover/patroni.py [KIND …]      (make failover PATRONI=1 ROUNDS=3)

Three servers on loopback in synchronous_mode_strict, bots with libpq's list of hosts.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import yaml
from tradelatch.deployment import deploy_with_psql
from tradelatch.programs import server_programs

sys.path.insert(0, str(Path(__file__).parents[1]))
from crash.workers import Crew, check_book

ROUNDS = int(os.environ.get("TRADELATCH_FAILOVER_ROUNDS", "1"))
PATIENCE = 180.0
DATABASE = "tradelatch"
# The configuration that docs/high-availability.md shows.
TIMES = {"ttl": 20, "loop_wait": 2, "retry_timeout": 6, "maximum_lag_on_failover": 1048576}


def free_port() -> int:
    with socket.socket() as end:
        end.bind(("127.0.0.1", 0))
        port: int = end.getsockname()[1]
        return port


def until(holds: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    began = time.monotonic()
    while True:
        try:
            if holds():
                return time.monotonic() - began
        except (OSError, psycopg.Error, ValueError, subprocess.SubprocessError):
            pass
        assert time.monotonic() - began < patience, f"{what}: it did not happen"
        time.sleep(0.1)


class Process:
    """A program of the user postgres, and all that it started."""

    def __init__(self, log: Path, *command: str) -> None:
        self.log, self.command = log, command
        self.start()

    def start(self) -> None:
        words = ["runuser", "-u", "postgres", "--", *self.command] if os.geteuid() == 0 else [*self.command]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)

    def pids(self) -> list[int]:
        """Those of its session, the children that postmasters made in sessions of their own included."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in task.read_text().split()]
        return found

    def send(self, number: int, pids: list[int]) -> None:
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue


class Node:
    def __init__(self, folder: Path, name: str, etcd: int) -> None:
        self.name, self.folder = name, folder / name
        self.port, self.rest = free_port(), free_port()
        self.folder.mkdir()
        self.data = self.folder / "data"
        self.configuration = self.folder / "patroni.yml"
        users = {"username": "postgres", "password": "x"}
        self.configuration.write_text(
            yaml.safe_dump(
                {
                    "scope": "trading",
                    "name": name,
                    "restapi": {"listen": f"127.0.0.1:{self.rest}", "connect_address": f"127.0.0.1:{self.rest}"},
                    "etcd3": {"host": f"127.0.0.1:{etcd}"},
                    "bootstrap": {
                        "dcs": TIMES
                        | {
                            "synchronous_mode": True,
                            "synchronous_mode_strict": True,
                            "postgresql": {
                                "use_pg_rewind": True,
                                "parameters": {"wal_log_hints": "on", "fsync": "off", "synchronous_commit": "on"},
                            },
                        },
                        "initdb": [{"auth": "trust"}, {"encoding": "UTF8"}, {"locale": "C.UTF-8"}],
                    },
                    "postgresql": {
                        "listen": f"127.0.0.1:{self.port}",
                        "connect_address": f"127.0.0.1:{self.port}",
                        "data_dir": str(self.data),
                        "bin_dir": str(server_programs()),
                        "authentication": {"superuser": users, "replication": users, "rewind": users},
                        "parameters": {"unix_socket_directories": str(self.folder)},
                        "pg_hba": [
                            "local all all trust",
                            "host all all 127.0.0.1/32 trust",
                            "host replication all 127.0.0.1/32 trust",
                        ],
                    },
                }
            )
        )
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "postgres", self.folder], check=True)
        self.patroni = Process(self.folder / "log", "patroni", str(self.configuration))

    @property
    def dsn(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={DATABASE} connect_timeout=3"

    def postmaster(self) -> list[int]:
        try:
            return [int((self.data / "postmaster.pid").read_text().split()[0])]
        except (OSError, ValueError):
            return []

    def server(self) -> list[int]:
        """The postmaster and its children: it is a session of its own, and outlives Patroni."""
        found = self.postmaster()
        for pid in list(found):
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in task.read_text().split()]
        return found

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.rest}/patroni", timeout=2) as answer:
            document: dict[str, Any] = json.loads(answer.read())
            return document


class Trading:
    """The nodes."""

    def __init__(self, folder: Path) -> None:
        self.etcd_port = free_port()
        peer = free_port()
        self.etcd = Process(
            folder / "etcd.log", "etcd", "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync",
            "--listen-client-urls", f"http://127.0.0.1:{self.etcd_port}",
            "--advertise-client-urls", f"http://127.0.0.1:{self.etcd_port}",
            "--listen-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-cluster", f"default=http://127.0.0.1:{peer}",
        )  # fmt: skip
        time.sleep(2)
        self.nodes = [Node(folder, name, self.etcd_port) for name in ("n1", "n2", "n3")]
        until(self.is_whole, "three nodes run, one synchronously")

    def leader(self) -> Node:
        (leader,) = [node for node in self.nodes if self._is_leader(node)]
        return leader

    @staticmethod
    def _is_leader(node: Node) -> bool:
        try:
            return bool(node.state()["role"] == "master")
        except (OSError, ValueError, KeyError):
            return False

    def is_whole(self) -> bool:
        """One leads, the others stream, and it waits for one of them."""
        leader = self.leader()
        with psycopg.connect(
            leader.dsn.replace(f"dbname={DATABASE}", "dbname=postgres"), autocommit=True
        ) as connection:
            states = connection.execute(
                "select sync_state from pg_stat_replication where state = 'streaming'"
            ).fetchall()
        return len(states) == len(self.nodes) - 1 and ("sync",) in states

    def ctl(self, *words: str) -> None:
        subprocess.run(
            ["patronictl", "-c", str(self.nodes[0].configuration), *words], check=True, capture_output=True, timeout=60
        )

    @property
    def dsn(self) -> str:
        hosts = ",".join("127.0.0.1" for _ in self.nodes)
        ports = ",".join(str(node.port) for node in self.nodes)
        return f"host={hosts} port={ports} user=postgres dbname={DATABASE} target_session_attrs=read-write"

    def end(self) -> None:
        for node in self.nodes:
            node.patroni.send(signal.SIGKILL, node.patroni.pids())
            node.patroni.send(signal.SIGKILL, node.server())
        self.etcd.send(signal.SIGCONT, self.etcd.pids())
        self.etcd.send(signal.SIGKILL, self.etcd.pids())


def leader_killed(trading: Trading) -> Callable[[], None]:
    """Patroni and PostgreSQL, at once."""
    node = trading.leader()
    node.patroni.send(signal.SIGKILL, [*node.patroni.pids(), *node.server()])
    return node.patroni.start


def patroni_killed(trading: Trading) -> Callable[[], None]:
    """PostgreSQL goes on without it, past the leader's time to live, until somebody starts Patroni again.

    Another one is promoted, and the old one commits nothing; but it takes connections, and is found first.
    """
    node = trading.leader()
    server = set(node.server())
    node.patroni.send(signal.SIGKILL, [pid for pid in node.patroni.pids() if pid not in server])
    time.sleep(2 * int(TIMES["ttl"]))
    node.patroni.start()
    return lambda: None


def switchover(trading: Trading) -> Callable[[], None]:
    trading.ctl("switchover", "trading", "--master", trading.leader().name, "--force")
    return lambda: None


def etcd_frozen(trading: Trading) -> Callable[[], None]:
    """For half a minute nobody can hold the leader's key."""
    trading.etcd.send(signal.SIGSTOP, trading.etcd.pids())
    time.sleep(30)
    trading.etcd.send(signal.SIGCONT, trading.etcd.pids())
    return lambda: None


def paused(trading: Trading) -> Callable[[], None]:
    """Maintenance: the leader's PostgreSQL is killed, and nobody is promoted until Patroni is resumed."""
    trading.ctl("pause", "trading", "--wait")
    node = trading.leader()
    node.patroni.send(signal.SIGKILL, node.server())
    time.sleep(15)
    trading.ctl("resume", "trading")
    return lambda: None


KINDS = {kind.__name__: kind for kind in (leader_killed, patroni_killed, switchover, etcd_frozen, paused)}


def silence(crew: Crew, happen: Callable[[], Callable[[], None]]) -> tuple[float, Callable[[], None]]:
    """The longest time without an answer while it happens and until bots are answered again."""
    import threading

    longest, ended = [0.0], threading.Event()

    def look() -> None:
        last, answered = time.monotonic(), crew.answered()
        while not ended.wait(0.05):
            if (now := crew.answered()) != answered:
                answered, last = now, time.monotonic()
            longest[0] = max(longest[0], time.monotonic() - last)

    thread = threading.Thread(target=look)
    thread.start()
    back = happen()
    time.sleep(10)
    before = crew.answered()
    until(lambda: crew.answered() > before + 20, "the bots go on")
    ended.set()
    thread.join()
    return longest[0], back


def main() -> None:
    kinds = sys.argv[1:] or list(KINDS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tradelatch-patroni-", dir="/tmp")))
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres", folder], check=True)
        trading = Trading(folder)
        stack.callback(trading.end)
        leader = trading.leader()
        with psycopg.connect(
            leader.dsn.replace(f"dbname={DATABASE}", "dbname=postgres"), autocommit=True
        ) as connection:
            connection.execute(f"create database {DATABASE}")
        deploy_with_psql(leader.dsn)
        crew = Crew(trading.dsn, 1, 4)
        stack.callback(crew.end)
        crew.until_answers(50)
        for kind in kinds:
            before = crew.answered()
            silences = [play(trading, crew, KINDS[kind]) for _ in range(ROUNDS)]
            print(
                f"{kind}: {ROUNDS} rounds, nothing was answered for {median(silences):.0f} s, at most"
                f" {max(silences):.0f} s; {crew.answered() - before} answers, 0 lost, 0 twice",
                flush=True,
            )


def play(trading: Trading, crew: Crew, kind: Callable[[Trading], Callable[[], None]]) -> float:
    """One round; the seconds without an answer."""
    until(trading.is_whole, "three nodes run, one synchronously")
    seconds, back = silence(crew, lambda: kind(trading))
    back()
    until(trading.is_whole, "three nodes run again, one synchronously")
    check_book(trading.leader().dsn, crew.answers())
    return seconds


if __name__ == "__main__":
    main()
