"""Whoever holds the table while a deploy or a revert wants it alone: autovacuum gives way, others are named."""

import subprocess
import time
from collections.abc import Iterator

import psycopg
import pytest
from tradelatch.cluster import Cluster, private_cluster
from tradelatch.programs import libpq_environment
from tradelatch.project import sqitch_project

# An autovacuum that takes minutes, as that of millions of rows does.
SLOW = (
    "autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0, "
    "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"
)


@pytest.fixture
def vacuumed() -> Iterator[Cluster]:
    """A table monitoring.positions, of the role `deployer`, at which an autovacuum is at work."""
    settings = {"autovacuum_naptime": "1s", "max_prepared_transactions": "1"}
    with private_cluster(durable=False, settings=settings) as cluster:
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute("create role deployer login; grant create on database postgres to deployer")
        with psycopg.connect(cluster.dsn("postgres", user="deployer"), autocommit=True) as connection:
            connection.execute("create schema monitoring")
            connection.execute(
                f"create table monitoring.positions with ({SLOW}) as select generate_series(1, 50000) as id"
            )
            connection.execute("delete from monitoring.positions where id % 2 = 0")
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            at_work = "select 1 from pg_stat_progress_vacuum where relid = 'monitoring.positions'::regclass"
            while not connection.execute(at_work).fetchone():
                time.sleep(0.1)
        yield cluster


def lock(dsn: str) -> subprocess.CompletedProcess[str]:
    deploy = sqitch_project() / "deploy"
    command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={deploy}/settings.psql"]
    command += ["--command=begin", f"--file={deploy}/adoption/lock.psql", "--command=rollback"]
    return subprocess.run(command, env=libpq_environment(dsn), capture_output=True, text=True)


def test_an_autovacuum_gives_way_to_a_superuser(vacuumed: Cluster) -> None:
    done = lock(vacuumed.dsn("postgres"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "canceling autovacuum task" in (vacuumed.server / "log").read_text()


def test_whoever_holds_it_for_a_minute_is_named(vacuumed: Cluster) -> None:
    with psycopg.connect(vacuumed.dsn("postgres"), autocommit=True) as connection:
        connection.execute("begin; select from monitoring.positions; prepare transaction 'forgotten'")
    with psycopg.connect(vacuumed.dsn("postgres"), application_name="report") as connection:
        connection.execute("select from monitoring.positions")
        holder = connection.info.backend_pid
        done = lock(vacuumed.dsn("postgres", user="deployer"))
    assert done.returncode == 3
    assert "monitoring.positions was not free for a minute: " in done.stderr
    assert f"process {holder} of postgres, which calls itself 'report'" in done.stderr
    assert "an autovacuum, process " in done.stderr
    assert "prepared transaction 'forgotten' of postgres" in done.stderr
    assert "HINT:  End what holds it, or wait until it has ended, and run the same command again." in done.stderr
