"""A proxy that takes answers away, and what tasks and threads do differently in tests."""

import asyncio
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tradelatch import AsyncClient, Client
from tradelatch.cluster import Cluster

from ..pgbouncer import PgBouncer, pgbouncer
from ..standby import PATIENCE, Standby
from ..template import deployed_cluster

OTHERS_OUT = """
    select pg_terminate_backend(pid, 5000)
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
# What PgBouncer 1.18 cannot do: its clients do not see that the server was lost, or keep a session's statements,
# and its connections to the server outlive theirs, read-only ones too.
BEYOND_PGBOUNCER = {
    "test_schema_is_compared_again_after_a_lost_connection",
    "test_prepared_statements",
    "test_prepared_statements_that_are_gone",
    "test_read_only_servers_are_left",
}
LATE = 3.0  # seconds that a machine with much to do may need for what takes no time


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is in the block has a limit, and keeps to it."""
    began_at = time.monotonic()
    yield
    assert time.monotonic() - began_at < seconds + LATE


@contextmanager
def hurried(client: AsyncClient | Client, seconds: float = 0.5) -> Iterator[None]:
    """Calls in the block have a short `timeout`; what must succeed stands outside and has the usual one."""
    caller = client._caller
    usual, caller.timeout = caller.timeout, seconds
    try:
        with within(seconds):
            yield
    finally:
        caller.timeout = usual


class Session:
    """One connection through the proxy."""

    def __init__(self, proxy: "Proxy", client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.statements: dict[bytes, str] = {}
        self.fault: Callable[[Session, bytes], None] | None = None
        for pump in (self.requests, self.answers):
            proxy.start(pump)

    def requests(self) -> None:
        """Passes requests on, and notes which function is called."""
        buffer = b""
        header = 4  # the first message has no type
        while chunk := self.read(self.client):
            buffer += chunk
            while len(buffer) >= header and len(buffer) >= (end := header - 4 + self.length(buffer, header)):
                if header == 5:
                    self.look(buffer[:1], buffer[5:end])
                header, buffer = 5, buffer[end:]
            self.write(self.server, chunk)

    @staticmethod
    def length(buffer: bytes, header: int) -> int:
        (length,) = struct.unpack("!i", buffer[header - 4 : header])
        return int(length)

    def look(self, kind: bytes, body: bytes) -> None:
        name, _, rest = body.partition(b"\0")
        if kind == b"P":
            self.statements[name] = rest.partition(b"\0")[0].decode()
        elif kind == b"B":
            self.statement = self.statements[rest.partition(b"\0")[0]]
        elif kind == b"E":
            self.fault = self.proxy.fault_for(self.statement)
        elif kind == b"Q":
            self.fault = self.proxy.fault_for(name.decode())

    def answers(self) -> None:
        """Passes answers on; one that a fault is meant for is first read to its end."""
        buffer = b""
        while chunk := self.read(self.server):
            buffer += chunk
            if self.fault is None:
                self.write(self.client, buffer)
                buffer = b""
            elif buffer[-6:-1] == b"Z\0\0\0\5":  # ready for the next query: what was asked is committed
                fault, self.fault = self.fault, None
                fault(self, buffer)
                buffer = b""

    def read(self, end: socket.socket) -> bytes:
        try:
            chunk = end.recv(65536)
        except OSError:
            chunk = b""
        if not chunk:
            self.cut()
        elif self.proxy.is_silent:
            self.proxy.ended.wait()
            return b""
        return chunk

    def write(self, end: socket.socket, chunk: bytes) -> None:
        with suppress(OSError):
            end.sendall(chunk)

    def cut(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Stands between client and server. `dsn` leads through it."""

    def __init__(self, dsn: str) -> None:
        with psycopg.connect(dsn) as connection:
            self._host, self._port = connection.info.host, connection.info.port
        self._listener = socket.create_server(("127.0.0.1", 0))
        address = {"host": "127.0.0.1", "port": self._listener.getsockname()[1]}
        self.dsn = make_conninfo(dsn, **address, sslmode="disable", gssencmode="disable")
        self.held = threading.Event()
        self.ended = threading.Event()
        self.is_silent = False
        self._released = threading.Event()
        self.faults: list[tuple[str, Callable[[Session, bytes], None]]] = []
        self.executed: list[str] = []  # the statements that were passed on
        self.answer_length = 0  # of the latest answer that was cut
        self._sessions: list[Session] = []
        self._threads: list[threading.Thread] = []
        self.start(self._accept)

    def lose(self, function: str, times: int = 1) -> None:
        """The next calls of the function are done, but the connection is cut before they are answered."""
        self.faults += [(function, lambda session, answer: session.cut())] * times

    def cut_after(self, function: str, count: int) -> None:
        """The next call of the function is done; the connection is cut after so many bytes of its answer."""

        def cut(session: Session, answer: bytes) -> None:
            self.answer_length = len(answer)
            session.write(session.client, answer[:count])
            session.cut()

        self.faults.append((function, cut))

    def times(self, function: str) -> int:
        """How often a function was called."""
        return sum(f"tradelatch.{function}(" in statement for statement in self.executed)

    def hold(self, function: str) -> None:
        """The next call of the function is done, but its answer waits for `release`; `held` is set meanwhile."""

        def wait(session: Session, answer: bytes) -> None:
            self.held.set()
            self._released.wait()
            session.write(session.client, answer)

        self.faults.append((function, wait))

    def release(self) -> None:
        self._released.set()

    def silence(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self.is_silent = True

    def cut(self) -> None:
        """Every connection that is open now is lost."""
        for session in self._sessions:
            session.cut()

    def fault_for(self, statement: str) -> Callable[[Session, bytes], None] | None:
        self.executed.append(statement)
        for fault in self.faults:
            if f"tradelatch.{fault[0]}(" in statement:
                self.faults.remove(fault)
                return fault[1]
        return None

    def start(self, function: Callable[[], None]) -> None:
        thread = threading.Thread(target=function, daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        self._released.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self.cut()
        for thread in self._threads:
            thread.join()
        for session in self._sessions:
            session.client.close()
            session.server.close()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._host.startswith("/"):
                    server = socket.socket(socket.AF_UNIX)
                    server.connect(f"{self._host}/.s.PGSQL.{self._port}")
                else:
                    server = socket.create_connection((self._host, self._port))
                self._sessions.append(Session(self, client, server))


@pytest.fixture(scope="session")
def shared_database(server: Any, template: str) -> Iterator[str]:
    """One database for all tests that leave the schema alone."""
    name = server.create_database(template)
    yield server.dsn_of(name)
    server.drop_database(name)


@pytest.fixture
def own_schema() -> None:
    """For tests that change the schema, or the database's settings."""


@pytest.fixture(scope="session")
def pooler(server: Any) -> Iterator[PgBouncer | None]:
    """With TRADELATCH_TEST_PGBOUNCER=1 the clients go through PgBouncer, in transaction mode."""
    if os.environ.get("TRADELATCH_TEST_PGBOUNCER") != "1":
        yield None
        return
    assert server.private, "PgBouncer stands in front of a server that trusts it"
    users = ["postgres", *(f"{server.prefix}{kind}" for kind in ("reader", "bot", "operator"))]
    with pgbouncer(server.dsn, users) as pooler:
        yield pooler


@pytest.fixture
def database(
    direct_database: str, pooler: PgBouncer | None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The DSN of an empty database, for clients; through the pooler, if there is one."""
    if pooler is None or request.function.__name__ in BEYOND_PGBOUNCER:
        return direct_database
    for client in (AsyncClient, Client):
        monkeypatch.setitem(client.__init__.__kwdefaults__, "prepare", False)
    return pooler.through(direct_database)


@pytest.fixture
def as_role(database: str, logins: dict[str, dict[str, str]]) -> Callable[[str], str]:
    """`as_role("bot")` is the DSN of `database` for a login with that role alone."""
    return lambda kind: make_conninfo(database, **logins[kind])


@pytest.fixture
def direct_database(request: pytest.FixtureRequest, server: Any, template: str) -> Iterator[str]:
    """The server's own: one for a test with `own_schema`, else the shared one, emptied."""
    if "own_schema" in request.fixturenames:
        name = server.create_database(template)
        yield server.dsn_of(name)
        server.drop_database(name)
        return
    dsn = request.getfixturevalue("shared_database")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(OTHERS_OUT)
        connection.execute("set session_replication_role = replica")  # the guard lets nothing be removed
        connection.execute("truncate monitoring.positions, monitoring.position_events")
    yield dsn


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    proxy = Proxy(database)
    yield proxy
    proxy.close()


class Tasks:
    """For asynchronous tests."""

    def start(self, function: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> "asyncio.Future[Any]":
        return asyncio.ensure_future(function(*args, **kwargs))

    async def result(self, running: "asyncio.Future[Any]") -> Any:
        return await running

    async def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "what was waited for did not happen"
            await asyncio.sleep(0.005)


class Threads:
    """The same for synchronous ones."""

    def start(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()

        def run() -> None:
            try:
                future.set_result(function(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def result(self, running: "Future[Any]") -> Any:
        return running.result(PATIENCE)

    def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "what was waited for did not happen"
            time.sleep(0.005)


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


@pytest.fixture
def threads() -> Threads:
    return Threads()


class Admin:
    """A superuser who looks on."""

    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True)

    def __call__(self, query: str, *parameters: Any) -> list[Any]:
        """The rows of a query; where they have one column, its values."""
        cursor = self.connection.execute(query, parameters)
        rows = [] if cursor.rownumber is None else cursor.fetchall()  # a row may have no columns
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows

    def events(self, position_id: int) -> list[str]:
        """What was logged about a position."""
        return self(
            "select event from tradelatch.position_timeline where position_id = %s order by event_id", position_id
        )

    def is_waiting(self) -> bool:
        """Whether a call of somebody waits for a lock."""
        return bool(
            self(
                "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
                " and query like '%%tradelatch.%%'"
            )
        )

    def terminate(self) -> None:
        """End every other connection to this database."""
        self(OTHERS_OUT)


@pytest.fixture
def admin(direct_database: str) -> Iterator[Admin]:
    admin = Admin(direct_database)
    yield admin
    admin.connection.close()


@pytest.fixture(scope="session")
def restartable() -> Iterator[Cluster]:
    """A cluster of its own, for tests that stop the server."""
    with deployed_cluster() as cluster:
        yield cluster


class ClusterStandby(Standby):
    """The standby of a cluster, whose server can be stopped while commits wait."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster.dsn())
        self.cluster = cluster

    def end_the_wait(self, how: str) -> None:
        """By a function of the server, or with the server, which starts again without the standby."""
        if how in ("pg_cancel_backend", "pg_terminate_backend"):
            super().end_the_wait(how)
            return
        self.name("", reload=False)
        if how == "kill":
            kill_server(self.cluster)
        else:
            self.cluster.stop(how)
        self.cluster.start()


def processes(cluster: Cluster) -> list[int]:
    """The server's processes, the postmaster first."""
    postmaster = cluster.postmaster()
    assert postmaster is not None
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]


def kill_server(cluster: Cluster) -> None:
    """SIGKILL for all of it; returns when they are gone."""
    pids = processes(cluster)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, "a process of the killed server stays"
        time.sleep(0.01)


@pytest.fixture
def emptied(restartable: Cluster) -> Cluster:
    """The cluster of its own, with an empty book."""
    with psycopg.connect(restartable.dsn(), autocommit=True) as connection:
        connection.execute(OTHERS_OUT)
        connection.execute("set session_replication_role = replica")  # the guard lets nothing be removed
        connection.execute("truncate monitoring.positions, monitoring.position_events")
    return restartable


@pytest.fixture
def standby(emptied: Cluster) -> Iterator[ClusterStandby]:
    standby = ClusterStandby(emptied)
    yield standby
    standby.come_back()


class Frost:
    """Stops every process of a server where it is; the kernel still takes what is sent to it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._frozen: list[int] = []

    def come(self) -> None:
        self._frozen = processes(self._cluster)
        for pid in self._frozen:
            os.kill(pid, signal.SIGSTOP)

    def go(self) -> None:
        for pid in self._frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._frozen.clear()


@pytest.fixture
def frost(emptied: Cluster) -> Iterator[Frost]:
    frost = Frost(emptied)
    yield frost
    frost.go()


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that use up the retries."""
    monkeypatch.setattr("tradelatch.core.flight.FIRST_PAUSE", 0.001)


@pytest.fixture
def apt() -> dict[str, Any]:
    """The incident's opening, without its request."""
    return {
        "exchange": "binance",
        "symbol": "APTUSDT",
        "side": "short",
        "quantity": Decimal("61.8"),
        "entry_price": Decimal("3.2333"),
    }
