"""Three servers, one of which takes writes: the others stream from it, one of them synchronously."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from tradelatch.cluster import DATABASE, Cluster, private_cluster
from tradelatch.programs import ProgramError, run_program, server_programs

from ..template import deployed_cluster

PATIENCE = 30.0  # seconds until a test gives up waiting for what it wants to observe
FOLLOWS_WITHIN = 3.0
NAMES = ("n1", "n2", "n3")
SETTINGS = {
    # The other one of the two that are promoted. Were n3 named too, an old primary that was cut off from its standby,
    # and still has n3, would go on answering.
    "synchronous_standby_names": "FIRST 1 (n1, n2)",
    "wal_log_hints": "on",  # pg_rewind needs both
    "full_page_writes": "on",
    "fsync": "off",  # processes are killed here, machines are not
    "wal_keep_size": "512MB",
    "max_wal_senders": "10",
    "wal_retrieve_retry_interval": "200ms",
}


def as_server(*command: object) -> str:
    """Run one of PostgreSQL's programs as the user whose the clusters are."""
    words = [str(server_programs() / str(command[0])), *map(str, command[1:])]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    return run_program(words, detached=True)


def until(holds: Callable[[], object], what: str) -> None:
    """Return as soon as it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"{what}: it did not happen"
        time.sleep(0.02)


@dataclass
class Server:
    """One of the three; `name` is its application_name where it streams."""

    name: str
    cluster: Cluster
    stopped: list[int] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return self.cluster.dsn()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.rownumber is not None else []  # a row may have no columns

    def processes(self) -> list[int]:
        """The postmaster, and its children."""
        postmaster = self.cluster.postmaster()
        if postmaster is None:
            return []
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def kill(self) -> None:
        """SIGKILL for all of it."""
        pids = self.processes()
        for pid in pids:
            _send(pid, signal.SIGKILL)
        until(lambda: not any(_is_running(pid) for pid in pids), f"{self.name} is killed")
        self.stopped = []
        # A dead postmaster that nobody buried yet counts as a running one.
        for left in (self.cluster.data / "postmaster.pid", self.cluster.server / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)

    def freeze(self) -> None:
        self.stopped = self.processes()
        for pid in self.stopped:
            _send(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self.stopped:
            _send(pid, signal.SIGCONT)
        self.stopped = []

    def promote(self) -> None:
        as_server("pg_ctl", "-D", self.cluster.data, "-w", "promote")

    def set(self, name: str, value: str) -> None:
        """Write a setting; it counts from the next start or reload."""
        with (self.cluster.data / "postgresql.auto.conf").open("a") as configuration:
            configuration.write("{} = '{}'\n".format(name, value.replace("'", "''")))


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _is_running(pid: int) -> bool:
    """Neither gone nor waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Servers:
    """The three of them. `primary` is the one that should take writes."""

    def __init__(self, servers: list[Server]) -> None:
        self.by_name = {server.name: server for server in servers}
        self.primary = servers[0]

    @property
    def others(self) -> list[Server]:
        return [server for server in self.by_name.values() if server is not self.primary]

    @property
    def synchronous(self) -> Server:
        """Whom commits wait for: the first of the list that is not the primary."""
        return self.others[0]

    @property
    def asynchronous(self) -> Server:
        return self.others[1]

    def dsn(self, *names: str) -> str:
        """Of several hosts, in that order; the one that takes writes is taken."""
        folders = ",".join(str(self.by_name[name].cluster.server) for name in names or NAMES)
        ports = ",".join("5432" for _ in names or NAMES)
        return f"host={folders} port={ports} user=postgres dbname={DATABASE} target_session_attrs=read-write"

    def follow(self, server: Server) -> None:
        """`server` streams from whichever takes writes; it was stopped."""
        (server.cluster.data / "standby.signal").touch()
        folders = ",".join(str(each.cluster.server) for each in self.by_name.values() if each is not server)
        server.set(
            "primary_conninfo",
            f"host={folders} port=5432,5432 user=postgres application_name={server.name}"
            " target_session_attrs=read-write connect_timeout=2",
        )

    def leave_behind(self, server: Server) -> None:
        """`server` streams no more."""
        server.set("primary_conninfo", "")
        server.ask("select pg_reload_conf()")
        until(lambda: not server.ask("select 1 from pg_stat_wal_receiver"), f"{server.name} falls behind")

    def rejoin(self, server: Server) -> str:
        """Make a server that was the primary, or fell behind, a standby of the primary; how that was done."""
        server.cluster.stop("fast")
        how = "rewound"
        self.primary.ask("checkpoint")  # before PostgreSQL 16 pg_rewind looks for the timeline in the control file
        try:
            as_server(
                "pg_rewind", "-D", server.cluster.data, "--source-server", f"{self.primary.cluster.dsn('postgres')}",
                "--no-sync",
            )  # fmt: skip
        except ProgramError:
            how = "copied"
            run_program(["rm", "-rf", str(server.cluster.data)])
            copy(self.primary.cluster, server.cluster.data)
        self.own_settings(server)
        self.follow(server)
        server.cluster.start()
        return how

    def own_settings(self, server: Server) -> None:
        """The primary's came along."""
        text = (server.cluster.data / "postgresql.auto.conf").read_text()
        for other in self.by_name.values():
            if other is not server:
                text = text.replace(
                    f"unix_socket_directories = '{other.cluster.server}'",
                    f"unix_socket_directories = '{server.cluster.server}'",
                )
        (server.cluster.data / "postgresql.auto.conf").write_text(text)

    def until_streaming(self) -> None:
        """Both others stream, and the first of them synchronously. One that was ahead of the new primary is rewound."""
        end = time.monotonic() + FOLLOWS_WITHIN
        while not self.are_streaming() and time.monotonic() < end:
            time.sleep(0.02)
        for server in self.others:
            if server.name not in self.states():
                self.rejoin(server)
        until(self.are_streaming, "both standbys stream")

    def are_streaming(self) -> bool:
        states = self.states()
        return states.get(self.synchronous.name) == "sync" and self.asynchronous.name in states

    def states(self) -> dict[Any, Any]:
        return dict(
            self.primary.ask("select application_name, sync_state from pg_stat_replication where state = 'streaming'")
        )


def copy(source: Cluster, folder: Path) -> None:
    """A base backup."""
    as_server("pg_basebackup", "-D", folder, "-d", source.dsn("postgres"), "-X", "stream", "-c", "fast", "--no-sync")


@contextmanager
def three_servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        first = Server(
            NAMES[0],
            stack.enter_context(deployed_cluster(durable=False, settings=SETTINGS | {"synchronous_standby_names": ""})),
        )
        made = [first]
        for name in NAMES[1:]:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tradelatch-copy-", dir="/tmp")))
            if os.geteuid() == 0:
                subprocess.run(["chown", "postgres", scratch], check=True)
            copy(first.cluster, scratch / "data")
            (scratch / "data" / "standby.signal").touch()  # else it would write a history of its own at once
            streams = {
                "primary_conninfo": f"host={first.cluster.server} port=5432 user=postgres application_name={name}"
            }
            cluster = stack.enter_context(
                private_cluster(durable=False, settings=SETTINGS | streams, copy_of=scratch / "data")
            )
            made.append(Server(name, cluster))
        servers = Servers(made)
        for server in made[1:]:
            server.cluster.stop("fast")
            servers.follow(server)
            server.cluster.start()
        first.set("synchronous_standby_names", SETTINGS["synchronous_standby_names"])
        first.ask("select pg_reload_conf()")
        servers.until_streaming()
        yield servers
        for server in made:
            server.thaw()
