"""How the plan comes to a database: by the sqitch CLI, which keeps a registry and verifies, or by one psql."""

import hashlib
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg

from .programs import ProgramError, libpq_environment, run_program
from .project import sqitch_project


def changes() -> list[str]:
    """The names of the plan's changes, in its order."""
    lines = (sqitch_project() / "sqitch.plan").read_text().splitlines()
    return [line.split()[0] for line in lines if line and line[0] not in "%#@"]


def fingerprint() -> str:
    """A hash of the plan and its scripts, included files too: what is deployed changed when it did."""
    top = sqitch_project()
    files = [path for folder in ("deploy", "revert", "verify") for path in (top / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in [top / "sqitch.plan", *sorted(files)]:
        for part in (bytes(path.relative_to(top)), path.read_bytes()):
            digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def has_sqitch() -> bool:
    """Whether the sqitch CLI is installed, and with it Debian's driver, which is a package of its own."""
    found = shutil.which("sqitch")
    if found != "/usr/bin/sqitch":
        return found is not None
    try:
        run_program(["perl", "-MDBD::Pg", "-e", "1"])
    except ProgramError:
        return False
    return True


def sqitch(dsn: str, *arguments: str) -> str:
    """Runs the sqitch CLI on this package's project and the database of the DSN; returns what it printed."""
    environment = libpq_environment(dsn)
    environment["TZ"] = "UTC"  # sqitch stops where the machine has no /etc/localtime
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        environment.setdefault("SQITCH_ORIG_FULLNAME", "tradelatch")
        environment.setdefault("SQITCH_ORIG_EMAIL", "tradelatch@localhost")
    command, *options = arguments
    target = "db:pg:" + quote(environment.get("PGDATABASE", ""), safe="")
    return run_program(
        ["sqitch", "--chdir", str(sqitch_project()), command, "--target", target, *options],
        environment=environment,
    )


def preflight(dsn: str) -> None:
    """Looks whether the plan can be deployed; ProgramError, and nothing made, where it cannot.

    The plan's first change looks, too, but by then sqitch has made its registry.
    """
    script = sqitch_project() / "deploy" / "adoption" / "preflight.sql"
    run_program(
        ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(script)],
        environment=libpq_environment(dsn),
    )


def deploy(dsn: str) -> None:
    """Brings the database of the DSN to the end of the plan, every change verified."""
    sqitch(dsn, "deploy", "--verify")


def deploy_with_psql(dsn: str) -> None:
    """Runs every deploy script of the plan, in its order, in one psql, on a database without the plan.

    For databases that are not kept: nothing is verified, no registry says what is there, and a script that fails
    leaves those before it. In return it needs no sqitch, and takes a fraction of the time.
    """
    command = ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]
    for change in changes():
        # Each script starts with the settings of a new session, as sqitch has it.
        command += ["--file", str(sqitch_project() / "deploy" / f"{change}.sql"), "--command", "discard all"]
    run_program(command, environment=libpq_environment(dsn))


@contextmanager
def roles_as_before(dsn: str) -> Iterator[None]:
    """Drops the plan's roles at the end of the block, if this server had none before, and nobody uses them.

    Roles belong to the whole server, so they outlive a database that is dropped instead of reverted.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        had_roles = _has_roles(connection)
    try:
        yield
    finally:
        if not had_roles:
            with psycopg.connect(dsn, autocommit=True) as connection:
                if _has_roles(connection):
                    connection.execute((sqitch_project() / "revert" / "roles" / "all.sql").read_bytes())


def _has_roles(connection: psycopg.Connection) -> bool:
    return connection.execute("select from pg_roles where rolname = 'tradelatch_owner'").fetchone() is not None
