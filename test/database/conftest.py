"""Sessions that act and wait one beside the other, and somebody who looks on.

The tests of a file share one database, each with an exchange account of its own.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from queue import SimpleQueue
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import namedtuple_row
from psycopg.sql import SQL, Identifier, Placeholder

PATIENCE = 20.0  # seconds until a test gives up waiting for what it wants to observe
APT = {
    "exchange": "binance",
    "symbol": "APTUSDT",
    "side": "short",
    "quantity": Decimal("61.8"),
    "entry_price": Decimal("3.2333"),
}

ACCOUNTS = count(1)

# Pairs of open rows that exclude one another, in one snapshot.
CONFLICTS = """
select count(*)
from monitoring.positions as a
join monitoring.positions as b using (exchange, account, symbol)
where a.closed_at is null and b.closed_at is null and a.id < b.id
    and (a.position_side = b.position_side or 'both' in (a.position_side, b.position_side))
"""


def order_of(created: Any, name: str) -> str:
    """The id of an order of the position that this receipt created: e1, s1, c1, …"""
    return str(created.order_client_order_id).removesuffix("e1") + name


def answer_of(call: Callable[[], Any]) -> str:
    """The outcome of a call, or the SQLSTATE that it ended with."""
    try:
        return str(call().outcome)
    except psycopg.Error as error:
        return str(error.sqlstate)


class Running:
    """A call that was left to a thread."""

    def __init__(self, future: "Future[Any]") -> None:
        self._future = future

    def receipt(self) -> Any:
        return self._future.result(PATIENCE)

    def answer(self) -> str:
        """The outcome of the call, or the SQLSTATE that it ended with."""
        return answer_of(self.receipt)


class Session:
    """A connection in autocommit mode, with a thread of its own so that it can be left waiting."""

    def __init__(self, dsn: str) -> None:
        self.account = ""
        self.connection = psycopg.connect(dsn, autocommit=True, row_factory=namedtuple_row)
        self.pid = self.connection.info.backend_pid
        self._thread = ThreadPoolExecutor(1)

    def __call__(self, query: str, *parameters: Any) -> list[Any]:
        """The rows of a statement."""
        cursor = self.connection.execute(query, parameters or None)
        return cursor.fetchall() if cursor.rownumber is not None else []  # a row may have no columns

    def value(self, query: str, *parameters: Any) -> Any:
        """The first value of the first row."""
        return self(query, *parameters)[0][0]

    def calls(self, function: str, **arguments: Any) -> list[Any]:
        """The receipts of a function of the API."""
        named = SQL(", ").join(SQL("{} => {}").format(Identifier(name), Placeholder(name)) for name in arguments)
        query = SQL("select * from {}({})").format(Identifier("tradelatch", function), named)
        return self.connection.execute(query, arguments).fetchall()

    def call(self, function: str, **arguments: Any) -> Any:
        (receipt,) = self.calls(function, **arguments)
        return receipt

    def opening(self, **changes: Any) -> dict[str, Any]:
        """The arguments of `create_position` in this test's account."""
        return APT | {"account": self.account} | changes

    def create(self, **changes: Any) -> Any:
        return self.call("create_position", **self.opening(**changes))

    def answer(self, function: str, **arguments: Any) -> str:
        """The outcome of a call, or the SQLSTATE that it ended with."""
        return answer_of(lambda: self.call(function, **arguments))

    def start(self, function: str, **arguments: Any) -> Running:
        """The same as `call`, in the session's thread."""
        return Running(self._thread.submit(self.call, function, **arguments))

    def start_statement(self, query: str) -> Future[Any]:
        """A statement in the session's thread."""
        return self._thread.submit(self, query)

    def answer_create(self, **changes: Any) -> str:
        return self.answer("create_position", **self.opening(**changes))

    def start_create(self, **changes: Any) -> Running:
        return self.start("create_position", **self.opening(**changes))

    def state_of(self, query: str, *parameters: Any) -> str:
        """The SQLSTATE that a statement ends with; empty when it succeeds."""
        try:
            self(query, *parameters)
        except psycopg.Error as error:
            return str(error.sqlstate)
        return ""

    def conflicts(self) -> int:
        """How many pairs of open rows exclude one another (a superuser sees them)."""
        return int(self.value(CONFLICTS))

    def close(self) -> None:
        self._thread.shutdown()
        self.connection.close()


class Admin(Session):
    """A superuser, who looks on."""

    def until(self, holds: Callable[[], object]) -> None:
        """Returns as soon as the condition holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "what was waited for did not happen"
            time.sleep(0.002)

    def until_waiting(self, *sessions: Session) -> None:
        """Returns as soon as each of the sessions waits for a lock that somebody else holds."""
        pids = [session.pid for session in sessions]
        query = "select count(*) from pg_stat_activity where pid = any(%s) and wait_event_type = 'Lock'"
        self.until(lambda: self.value(query, pids) == len(pids))

    def until_waiters(self, waiters: int) -> None:
        """The same for so many sessions of this database, whichever they are."""
        query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        self.until(lambda: self.value(query) == waiters)

    def terminate(self, session: Session) -> None:
        self("select pg_terminate_backend(%s, 5000)", session.pid)

    def events(self, position_id: int) -> list[str]:
        """What was logged about a position."""
        return [
            row.event
            for row in self(
                "select event from monitoring.position_events where position_id = %s order by id", position_id
            )
        ]

    def book(self, position_id: int) -> Any:
        """The row of a position."""
        (row,) = self("select * from monitoring.positions where id = %s", position_id)
        return row

    def open_positions(self) -> list[Any]:
        """The open rows of this test's account."""
        return self("select * from monitoring.positions where account = %s and closed_at is null", self.account)


class Crowd:
    """Many callers over fewer connections."""

    def __init__(self, dsn: str, connections: int) -> None:
        self.account = ""
        self._threads = ThreadPoolExecutor(connections)
        self._free: SimpleQueue[Session] = SimpleQueue()
        self._sessions = list(self._threads.map(lambda _: Session(dsn), range(connections)))
        for session in self._sessions:
            self._free.put(session)

    def start(self, act: Callable[[Session], Any]) -> "Future[Any]":
        """Has somebody act with one of the connections."""
        return self._threads.submit(self._act, act)

    def _act(self, act: Callable[[Session], Any]) -> Any:
        session = self._free.get()
        session.account = self.account
        try:
            return act(session)
        finally:
            self._free.put(session)

    def close(self) -> None:
        self._threads.shutdown()
        for session in self._sessions:
            session.close()


@pytest.fixture(scope="module")
def database(server: Any, template: str) -> Iterator[str]:
    """The DSN of a fresh database with the plan deployed, as the server's superuser."""
    name = server.create_database(template)
    yield server.dsn_of(name)
    server.drop_database(name)


@pytest.fixture(scope="module")
def bot_dsn(server: Any, database: str, logins: dict[str, dict[str, str]]) -> str:
    return str(server.dsn_of(conninfo_to_dict(database)["dbname"], **logins["bot"]))


@pytest.fixture
def admin(database: str) -> Iterator[Admin]:
    admin = Admin(database)
    admin.account = f"account-{next(ACCOUNTS)}"
    yield admin
    admin.close()


@pytest.fixture
def connect(admin: Admin, bot_dsn: str) -> Iterator[Callable[..., Session]]:
    """`connect()` is a new session of a bot, `connect(dsn)` one of somebody else."""
    sessions: list[Session] = []

    def connect(dsn: str | None = None) -> Session:
        sessions.append(Session(dsn or bot_dsn))
        sessions[-1].account = admin.account
        return sessions[-1]

    yield connect
    for session in sessions:  # a failed test may leave one waiting for another
        admin("select pg_terminate_backend(%s)", session.pid)
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def crowds(database: str) -> Iterator[dict[tuple[str, int], Crowd]]:
    """The crowds of a file, by DSN and size; the next test takes them over."""
    crowds: dict[tuple[str, int], Crowd] = {}
    yield crowds
    for crowd in crowds.values():
        crowd.close()


@pytest.fixture
def crowd(admin: Admin, bot_dsn: str, crowds: dict[tuple[str, int], Crowd]) -> Callable[..., Crowd]:
    """`crowd(50)` are bots with 50 connections, `crowd(1, dsn)` is somebody else."""

    def crowd(connections: int, dsn: str = bot_dsn) -> Crowd:
        if (dsn, connections) not in crowds:
            crowds[dsn, connections] = Crowd(dsn, connections)
        crowds[dsn, connections].account = admin.account
        return crowds[dsn, connections]

    return crowd
