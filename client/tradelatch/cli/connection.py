"""The database that the commands work on, reached within seconds or not at all."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the commands that need no database need no libpq either
    import psycopg

    from .. import AsyncClient, Client

CONNECT_SECONDS = 4
READERS = {"diagnose", "backups", "orders", "aliases", "accounts", "recover", "after-restore"}  # without --confirm
NO_WRITES = "takes no writes: name its primary, or all hosts with target_session_attrs=read-write"


class NoConnection(Exception):
    """There is no server, or it does not let us in; the message holds no password."""


@dataclass(frozen=True)
class Server:
    """What `--dsn` names; None means libpq's variables."""

    dsn: str | None

    def connect(self) -> psycopg.Connection:
        """A connection in autocommit, within seconds, however many hosts there are and however slow names resolve."""
        import psycopg

        made: list[psycopg.Connection | psycopg.Error] = []
        too_late = threading.Event()

        def connect() -> None:
            try:
                connection = psycopg.connect(self._quick_dsn(), autocommit=True)
            except psycopg.Error as error:
                made.append(error)
                return
            made.append(connection)
            if too_late.is_set():
                connection.close()

        thread = threading.Thread(target=connect, daemon=True)
        thread.start()
        thread.join(CONNECT_SECONDS)
        if not made:
            too_late.set()
            raise NoConnection(f"no connection: no answer within {CONNECT_SECONDS} s")
        if isinstance(made[0], psycopg.Error):
            raise NoConnection(f"no connection: {reason(made[0], self.dsn or '')}") from None
        return made[0]

    def reader(self, command: str) -> psycopg.Connection:
        """A connection for a command that only reads; on a standby it says how late that is."""
        from ..watching.standby import behind

        connection = self.connect()
        _say(command, behind(connection))
        return connection

    def client(self, command: str) -> Client:
        """A client for a command, on a server that has answered."""
        from .. import Client

        self.look(command)
        return Client(self._quick_dsn(), worker=f"tradelatch {command}")

    def async_client(self, command: str) -> AsyncClient:
        """The same for commands that ask an exchange, too."""
        from .. import AsyncClient

        self.look(command)
        return AsyncClient(self._quick_dsn(), worker=f"tradelatch {command}")

    def look(self, command: str) -> None:
        """Whether the server answers, and takes what the command writes; of a standby that is read, how late it is."""
        import click

        from ..watching.standby import behind

        with self.connect() as connection:
            age = behind(connection)
        context = click.get_current_context(silent=True)
        is_reading = command in READERS and not (context is not None and context.params.get("confirm"))
        if age is not None and not is_reading:
            raise NoConnection(f"this server is a standby, and {NO_WRITES}")
        _say(command, age)

    def _quick_dsn(self) -> str:
        """The DSN, with a time limit for each of its hosts that leaves time for the others."""
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        from ..core.settings import seconds_for_a_host

        seconds = seconds_for_a_host(conninfo_to_dict(self.dsn or ""), CONNECT_SECONDS)
        return make_conninfo(self.dsn or "", connect_timeout=seconds)

    def now(self) -> datetime:
        """The time by the database's clock."""
        with self.connect() as connection:
            told: datetime = connection.execute("select clock_timestamp()").fetchall()[0][0]
        return told.astimezone(UTC)


def _say(command: str, age: timedelta | None) -> None:
    """That what follows is of a standby, and how late; None: it is of none."""
    import click

    if age is not None:
        click.echo(f"{command}: read from a standby, {age.total_seconds():.0f} s behind", err=True)


def reason(error: psycopg.Error, dsn: str) -> str:
    """Why there is no connection, in one line and without the password."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    if isinstance(error, psycopg.ProgrammingError):  # libpq repeats the part that it does not understand
        return "that is no DSN"
    given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    if "@" in given.get("host", "") + given.get("dbname", ""):  # libpq took the end of a password for them
        return "if the password has a / or an @, write %2F or %40"
    text = " ".join(str(error).split())
    return text.replace(given["password"], "***") if given.get("password") else text
