"""A synchronous standby that is not there: commits of a server wait for it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

PATIENCE = 20.0  # seconds until a test gives up waiting for what it wants to observe
WRITE = "select pg_logical_emit_message(true, 'probe', '')"  # a transaction that has something to replicate


class Standby:
    """Commits of the server wait for it from `go` to `come_back`."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def go(self) -> None:
        """From now on commits wait."""
        self.name("nobody")
        self._until(self._is_missed)

    def come_back(self) -> None:
        """Nobody waits any more."""
        self.name("")
        self._until(lambda: not self._is_missed())

    def waiting(self) -> list[int]:
        """The backends whose commit waits."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            rows = connection.execute("select pid from pg_stat_activity where wait_event = 'SyncRep'").fetchall()
        return [pid for (pid,) in rows]

    def end_the_wait(self, function: str) -> None:
        """Of each of them, by pg_cancel_backend or pg_terminate_backend; returns when it has ended."""
        pids = self.waiting()
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for pid in pids:
                connection.execute(f"select {function}(%s)", [pid])
        # A commit that is cancelled, but let go before it hears of that, has a normal answer.
        self._until(lambda: not set(pids) & set(self.waiting()))

    def name(self, names: str, *, reload: bool = True) -> None:
        """Sets synchronous_standby_names."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(f"alter system set synchronous_standby_names = '{names}'")
            if reload:
                connection.execute("select pg_reload_conf()")

    def _is_missed(self) -> bool:
        """Whether commits wait: the checkpointer's word, some time after a session has read the setting."""
        with (
            psycopg.connect(self.dsn, autocommit=True) as probe,
            psycopg.connect(self.dsn, autocommit=True) as other,
            ThreadPoolExecutor(1) as thread,
        ):
            pid = probe.info.backend_pid
            writing = thread.submit(probe.execute, WRITE)
            self._until(lambda: writing.done() or pid in self.waiting())
            if is_missed := not writing.done():
                other.execute("select pg_cancel_backend(%s)", [pid])
        return is_missed

    @staticmethod
    def _until(holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "what was waited for did not happen"
            time.sleep(0.002)
