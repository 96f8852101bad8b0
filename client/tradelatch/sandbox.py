"""A private cluster with the plan deployed: for one command, or until it is ended.

python -m tradelatch.sandbox run -- COMMAND…   COMMAND with TRADELATCH_DSN set, on a cluster that ends with it
python -m tradelatch.sandbox up                starts a cluster that stays, or finds it; prints its DSN
python -m tradelatch.sandbox down              ends that one
"""

import argparse
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from .cluster import DATABASE, Cluster, keep, kept_cluster, private_cluster, remove_stale
from .deployment import deploy, deploy_with_psql, fingerprint, has_sqitch
from .programs import ProgramError, libpq_environment
from .project import sqitch_project

_BY_PSQL = "deployed-by-psql"


def run(command: Sequence[str], *, scratch: bool = False) -> int:
    """Runs a command with TRADELATCH_DSN set to a database of a private cluster; returns its exit status.

    The plan is deployed there. A `scratch` cluster has just the database postgres, and is not durable.
    """
    with private_cluster(durable=not scratch) as cluster:
        if not scratch:
            _create_database(cluster)
            deploy_with_psql(cluster.dsn())
        dsn = cluster.dsn("postgres" if scratch else DATABASE)
        with subprocess.Popen(command, env=libpq_environment(dsn) | {"TRADELATCH_DSN": dsn}) as process:
            try:
                status = process.wait()
            except BaseException:
                _end(process)
                raise
    return status if status >= 0 else 128 - status


def _end(process: subprocess.Popen[bytes]) -> None:
    """Waits for a process that the terminal's Ctrl-C reached too, then ends it."""
    for number, seconds in ((None, 1), (signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        if number is not None:
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return


def up() -> str:
    """Starts a cluster that stays, or finds it, and deploys the plan to it; returns the DSN."""
    with _one_at_a_time():
        if cluster := kept_cluster():
            if cluster.postmaster() is None:
                cluster.start()
            _deploy(cluster)
            return cluster.dsn()
        with private_cluster() as cluster:
            _deploy(cluster)
            keep(cluster)
            return cluster.dsn()


def down() -> bool:
    """Ends the cluster that `up` started; False when there is none."""
    with _one_at_a_time():
        remove_stale()
        if cluster := kept_cluster():
            cluster.remove()
            return True
        return False


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    project = os.open(sqitch_project(), os.O_RDONLY)
    try:
        fcntl.flock(project, fcntl.LOCK_EX)
        yield
    finally:
        os.close(project)


def _deploy(cluster: Cluster) -> None:
    """Brings the cluster's database to the end of the plan: by sqitch, or where there is none by psql."""
    by_psql = cluster.folder / _BY_PSQL
    if by_psql.exists():
        if by_psql.read_text() != fingerprint():
            raise ProgramError(
                "the plan or its scripts changed since psql deployed them here, and only sqitch can deploy the"
                " difference: run `make down`, which removes this database, then `make up`"
            )
        return
    _create_database(cluster)
    if has_sqitch():
        deploy(cluster.dsn())
    else:
        deploy_with_psql(cluster.dsn())
        by_psql.write_text(fingerprint())


def _create_database(cluster: Cluster) -> None:
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tradelatch.sandbox", description="A private PostgreSQL cluster with the plan deployed."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="run a command with TRADELATCH_DSN set to a cluster that ends with it")
    running.add_argument("--scratch", action="store_true", help="no plan deployed, not durable: quick")
    running.add_argument("program", nargs="+")
    commands.add_parser("up", help="start a cluster that stays, or find it; print its DSN")
    commands.add_parser("down", help="end the cluster that `up` started")
    options = parser.parse_args(arguments)
    try:
        if options.command == "run":
            return run(options.program, scratch=options.scratch)
        if options.command == "up":
            print(up())
        else:
            print("ended" if down() else "nothing was running")
    except ProgramError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
