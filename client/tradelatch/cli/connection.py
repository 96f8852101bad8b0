"""The database that the commands work on, reached within seconds or not at all."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .. import AsyncClient, Client

CONNECT_SECONDS = 4


class NoConnection(Exception):
    """There is no server, or it does not let us in; the message holds no password."""


@dataclass(frozen=True)
class Server:
    """What `--dsn` names; None means libpq's variables."""

    dsn: str | None

    def connect(self) -> psycopg.Connection:
        """A connection in autocommit, within seconds, however many hosts there are and however slow names resolve."""
        made: list[psycopg.Connection | psycopg.Error] = []
        too_late = threading.Event()

        def connect() -> None:
            try:
                connection = psycopg.connect(self.dsn or "", autocommit=True, connect_timeout=CONNECT_SECONDS)
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

    def client(self, command: str) -> Client:
        """A client for a command, on a server that has answered."""
        self.connect().close()
        return Client(self.dsn, worker=f"tradelatch {command}")

    def async_client(self, command: str) -> AsyncClient:
        """The same for commands that ask an exchange, too."""
        self.connect().close()
        return AsyncClient(self.dsn, worker=f"tradelatch {command}")

    def now(self) -> datetime:
        """The time by the database's clock."""
        with self.connect() as connection:
            told: datetime = connection.execute("select clock_timestamp()").fetchall()[0][0]
        return told.astimezone(UTC)


def reason(error: psycopg.Error, dsn: str) -> str:
    """Why there is no connection, in one line and without the password."""
    if isinstance(error, psycopg.ProgrammingError):  # libpq repeats the part that it does not understand
        return "that is no DSN"
    given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    if "@" in given.get("host", "") + given.get("dbname", ""):  # libpq took the end of a password for them
        return "if the password has a / or an @, write %2F or %40"
    text = " ".join(str(error).split())
    return text.replace(given["password"], "***") if given.get("password") else text
