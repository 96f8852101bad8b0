"""A server, a template database with the plan deployed, a copy of it for each test, and a login for each role."""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier, Literal
from tradelatch import deployment
from tradelatch.cluster import DATABASE
from tradelatch.programs import server_programs

from .postgres import WHEELS, programs_of
from .template import deployed_cluster


def pytest_configure(config: pytest.Config) -> None:
    """With TRADELATCH_TEST_POSTGRES=18 every program of PostgreSQL is that release's, because its folder leads PATH."""
    # A shell's background job has SIGINT ignored, and so would every program that a test means to interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    release = os.environ.get("TRADELATCH_TEST_POSTGRES")
    if not release or hasattr(config, "workerinput"):  # workers inherit PATH
        return
    if release not in WHEELS or os.environ.get("TRADELATCH_TEST_DSN"):
        raise pytest.UsageError(
            f"TRADELATCH_TEST_POSTGRES is one of {', '.join(WHEELS)}, and goes without TRADELATCH_TEST_DSN"
        )
    with ExitStack() as stack:
        programs = stack.enter_context(programs_of(release))
        config.add_cleanup(stack.pop_all().close)
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    server_programs.cache_clear()
    if server_programs() != programs:
        raise pytest.UsageError(f"{server_programs()} comes before PostgreSQL {release}")


@dataclass(frozen=True)
class Server:
    """A server that tests may fill with databases and logins; their names begin with `prefix`."""

    dsn: str
    prefix: str
    private: bool = True

    def dsn_of(self, database: str, **options: str) -> str:
        """The DSN of a database, as a URI, because asyncpg reads no other form."""
        parts = conninfo_to_dict(self.dsn, dbname=database, **options)
        return "postgresql://?" + urlencode(parts, safe="/", quote_via=quote)

    def execute(self, statement: str, *names: str) -> None:
        """A statement with names for its {}, outside any transaction."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))

    def create_database(self, template: str | None = None) -> str:
        """Creates a database and returns its name."""
        name = f"{self.prefix}{secrets.token_hex(4)}"
        self.execute("create database {} template {}", name, template or "template0")
        return name

    def drop_database(self, name: str) -> None:
        self.execute("drop database if exists {} with (force)", name)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A private cluster, or the server of TRADELATCH_TEST_DSN."""
    prefix = f"tradelatch_test_{secrets.token_hex(3)}_"
    if dsn := os.environ.get("TRADELATCH_TEST_DSN"):
        yield Server(dsn, prefix, private=False)
    else:
        # Without autovacuum, which after a minute would change the plans that a test looks at.
        with deployed_cluster(settings={"max_connections": "200", "autovacuum": "off"}) as cluster:
            yield Server(cluster.dsn("postgres"), prefix)


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """The name of a database with the plan deployed, for copies; connect to none but them."""
    if server.private:
        yield DATABASE
        return
    with deployment.roles_as_before(server.dsn), ExitStack() as afterwards:
        name = server.create_database()
        afterwards.callback(server.drop_database, name)
        deployment.deploy_with_psql(server.dsn_of(name))
        yield name


@pytest.fixture
def database(server: Server, template: str) -> Iterator[str]:
    """The DSN of a fresh database with the plan deployed, as the server's superuser."""
    name = server.create_database(template)
    yield server.dsn_of(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
def logins(server: Server, template: str) -> Iterator[dict[str, dict[str, str]]]:
    """For reader, bot and operator: user and password of a login that is a member of that role alone."""
    logins = {}
    for kind in ("reader", "bot", "operator"):
        user, password = f"{server.prefix}{kind}", secrets.token_hex(16)
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(
                SQL("create role {} login password {} in role {}").format(
                    Identifier(user), Literal(password), Identifier(f"tradelatch_{kind}")
                )
            )
        logins[kind] = {"user": user, "password": password}
    yield logins
    for login in logins.values():
        server.execute("drop role {}", login["user"])


@pytest.fixture
def as_role(server: Server, database: str, logins: dict[str, dict[str, str]]) -> Callable[[str], str]:
    """`as_role("bot")` is the DSN of `database` for a login with that role alone."""
    name = str(conninfo_to_dict(database)["dbname"])
    return lambda kind: server.dsn_of(name, **logins[kind])


@pytest.fixture
def bot_dsn(as_role: Callable[[str], str]) -> str:
    return as_role("bot")


@pytest.fixture
def reader_dsn(as_role: Callable[[str], str]) -> str:
    return as_role("reader")


@pytest.fixture
def operator_dsn(as_role: Callable[[str], str]) -> str:
    return as_role("operator")


@pytest.fixture
def age_leases(database: str) -> Callable[..., None]:
    """`age_leases("2 minutes")` makes every lease, or that of one position, end so much earlier."""

    def age(interval: str, position_id: int | None = None) -> None:
        with psycopg.connect(database) as connection:
            connection.execute("set local session_replication_role = replica")  # the guard lets no lease fall
            connection.execute(
                "update monitoring.positions set lease_until = lease_until - %(interval)s::interval"
                " where closed_at is null and (%(id)s::bigint is null or id = %(id)s)",
                {"interval": interval, "id": position_id},
            )

    return age
