"""Breaks the build on purpose, one way at a time, and says which test saw it: `make mutants`.

    python test/mutants/run.py [NAME...]

Each file under patches/ is a mutant: a patch of a copy of the deployed database. The pgTAP files run against it, then
the tests of the database, then the isolation specs, until some fail. A mutant that nothing fails on has survived, and
the exit status is 1. Without names, all of them run against the build as it is first: they must pass.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from tradelatch.cluster import Cluster, private_cluster
from tradelatch.deployment import deploy_with_psql

HERE = Path(__file__).parent
PATCHES = HERE / "patches"
STAGES = ["test/test_pgtap.py", "test/database", "test/isolation"]
SHOWN = 3  # tests that are named for each mutant
WHOLE = "whole"


def failures(cluster: Cluster, database: str, stage: str, *, only_first: bool) -> list[str]:
    """The tests of a stage that fail on a copy of the database."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=no", "-rfE", "-p", "plugin", stage]
    environment = os.environ | {
        "PYTHONPATH": str(HERE),
        "TRADELATCH_TEST_DSN": cluster.dsn("postgres"),
        "TRADELATCH_MUTANT": database,
    }
    command += ["-x"] if only_first else []
    done = subprocess.run(
        command, cwd=HERE.parents[1], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode not in (0, 1):
        sys.exit(f"{stage} could not run on {database}:\n{done.stdout}")
    return re.findall(r"^(?:FAILED|ERROR) test/(\S+)", done.stdout, re.MULTILINE)


def catchers(cluster: Cluster, database: str) -> list[str]:
    """The tests of the first stage that sees a fault."""
    for stage in STAGES:
        if found := failures(cluster, database, stage, only_first=stage != STAGES[0]):
            return found
    return []


def make(cluster: Cluster, name: str) -> None:
    """A database with this mutant's patch applied."""
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute(SQL("create database {} template {}").format(Identifier(name), Identifier(WHOLE)))
    with psycopg.connect(cluster.dsn(name)) as connection:
        connection.execute((HERE / "mutate.psql").read_text())
        connection.execute((PATCHES / f"{name}.psql").read_text())


def tell(name: str, text: str, seconds: float) -> None:
    print(f"{name:26} {seconds:4.0f} s  {text}", flush=True)


def main() -> int:
    mutants = sys.argv[1:] or sorted(path.stem for path in PATCHES.glob("*.psql"))
    survivors = []
    with private_cluster(durable=False, settings={"max_connections": "200"}) as cluster:
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute(SQL("create database {}").format(Identifier(WHOLE)))
        deploy_with_psql(cluster.dsn(WHOLE))
        if not sys.argv[1:]:
            started = time.monotonic()
            if found := catchers(cluster, WHOLE):
                print("The build as it is fails:", *found, sep="\n")
                return 1
            tell("(as it is)", "passes", time.monotonic() - started)
        for name in mutants:
            started = time.monotonic()
            make(cluster, name)
            found = catchers(cluster, name)
            shown = ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
            tell(name, shown or "SURVIVED", time.monotonic() - started)
            survivors += [] if found else [name]
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} mutants were caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
