"""A live bot's database on a cluster of its own, and what the tests do with it."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tradelatch.cluster import Cluster, private_cluster
from tradelatch.deployment import changes
from tradelatch.programs import ProgramError, libpq_environment
from tradelatch.project import sqitch_project

HERE = Path(__file__).parent
OWNER, WRITER, READER = "legacy_bot", "trailing_bot", "dashboard"


@dataclass(frozen=True)
class Live:
    """A database, as the server's superuser and as the logins of the old modules."""

    cluster: Cluster
    name: str

    @property
    def dsn(self) -> str:
        return self.cluster.dsn(self.name)

    def connect(self, user: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.cluster.dsn(self.name, user=user), autocommit=True)

    def execute(self, statement: str, *values: object, user: str = "postgres") -> None:
        with self.connect(user) as connection:
            connection.execute(statement, values or None)

    def all(self, statement: str, *values: object, user: str = "postgres") -> list[tuple]:
        with self.connect(user) as connection:
            return connection.execute(statement, values or None).fetchall()

    def value(self, statement: str, *values: object, user: str = "postgres"):
        ((value,),) = self.all(statement, *values, user=user)
        return value

    def psql(self, *arguments: str, file: str | Path | None = None, cwd: str | Path = HERE, **variables: str) -> str:
        """What psql printed, with its errors; ProgramError where it failed."""
        given = [f"--set={name}={value}" for name, value in variables.items()]
        files = [f"--file={file}"] if file else []
        done = subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", *given, *files, *arguments],
            cwd=cwd,
            env=libpq_environment(self.dsn),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            raise ProgramError(done.stdout)
        return done.stdout

    def schema(self) -> list[str]:
        """The whole database without its rows, and without sqitch's registry."""
        printed = subprocess.run(
            ["pg_dump", "--schema-only", "--exclude-schema=sqitch"],
            env=libpq_environment(self.dsn),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        return [line for line in printed.splitlines() if not line.startswith(("\\restrict ", "\\unrestrict "))]

    def rows(self, where: str = "true") -> list[tuple]:
        """Every row of the table as text, by id: count and content."""
        return self.all(f"select p.id, p::text from monitoring.positions as p where {where} order by p.id")

    def relfilenode(self) -> int:
        return self.value("select pg_relation_filenode('monitoring.positions')")

    def deploy(self) -> None:
        """The plan by one psql, in a third of the time that sqitch takes; test_interrupted and the page have sqitch."""
        self.run_plan("deploy")

    def verify(self) -> None:
        self.run_plan("verify")

    def revert(self) -> str:
        return self.run_plan("revert")

    def run_plan(self, folder: str) -> str:
        """All scripts of deploy, verify or revert; returns what they printed."""
        order = changes() if folder != "revert" else list(reversed(changes()))
        scripts = [f"--file={sqitch_project() / folder / change}.sql" for change in order]
        return self.psql(*(argument for script in scripts for argument in (script, "--command=discard all")))


@pytest.fixture(scope="session")
def legacy_cluster() -> Iterator[Cluster]:
    with private_cluster(durable=False) as cluster:
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            for role in (OWNER, WRITER, READER):
                connection.execute(SQL("create role {} login").format(Identifier(role)))
        yield cluster


@pytest.fixture(scope="session")
def databases_made() -> list[Live]:
    """The databases that make_live made."""
    return []


@pytest.fixture(autouse=True)
def drop_databases(databases_made: list[Live]) -> Iterator[None]:
    """Drops what a test made, but for the fixtures of its module: a hundred databases would fill 2 GB."""
    before = len(databases_made)
    yield
    for live in databases_made[before:]:
        with psycopg.connect(live.cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute(SQL("drop database if exists {} with (force)").format(Identifier(live.name)))
    del databases_made[before:]


@pytest.fixture(scope="session")
def make_live(legacy_cluster: Cluster, databases_made: list[Live]) -> Callable[..., Live]:
    """`make_live("evening", closed=100)` is a fresh database with that book; without a book its tables are empty.

    `as_of` makes them one of the real tables. A test's own is dropped when it ends.
    """
    numbers = count(1)

    def make(book: str | None = None, *, closed: int = 0, name: str | None = None, as_of: str | None = None) -> Live:
        live = Live(legacy_cluster, name or f"live_{next(numbers)}")
        with psycopg.connect(legacy_cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute(SQL("create database {}").format(Identifier(live.name)))
        databases_made.append(live)
        logins = {"owner": OWNER, "writer": WRITER, "reader": READER}
        if as_of:
            live.psql(file="real.psql", as_of=as_of, **logins)
        else:
            live.psql(file="legacy.psql", **logins)
        if book:
            live.psql(file=f"{book}.psql", closed=str(closed))
        return live

    return make


@pytest.fixture
def live(make_live: Callable[..., Live]) -> Live:
    """The old tables, empty."""
    return make_live()


@pytest.fixture(scope="session")
def adopted(make_live: Callable[..., Live]) -> Live:
    """The evening's book and ten thousand positions that are over, taken over. Tests leave it as it was."""
    live = make_live("evening", closed=10000)
    live.execute("create table before as select p.*, p::text as as_text from monitoring.positions as p")
    live.execute("create table filenode as select pg_relation_filenode('monitoring.positions') as number")
    live.deploy()
    return live
