"""The plan, by the real sqitch: every change deployed, reverted, redeployed, and the database compared at each step.

Each test has a cluster of its own, also when TRADELATCH_TEST_DSN is set, because roles belong to the whole cluster.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from tradelatch.cluster import ClusterError, deploy, libpq_environment, private_cluster, sqitch
from tradelatch.project import sqitch_project

PROJECT = sqitch_project()
CHANGES = [
    line.split()[0] for line in (PROJECT / "sqitch.plan").read_text().splitlines() if line and line[0] not in "%#@"
]

# What sqitch calls for psql. After each script it saves the database as the script left it; after a revert it also
# notes whether the verify script of the change, which is gone, passes.
CLIENT = """#!/bin/sh
psql "$@" || exit
for script; do :; done
change=${script#*/}
case $script in deploy/* | revert/*) ;; *) exit 0 ;; esac
mkdir -p "$STEPS/$(dirname "$change")"
pg_dump --exclude-schema=sqitch >"$STEPS/$change" || exit
case $script in revert/*)
    if psql --no-psqlrc --set ON_ERROR_STOP=1 --file "verify/$change" >/dev/null 2>&1; then
        echo "$change" >>"$STEPS/verified"
    fi
esac
"""


@dataclass
class Steps:
    """Databases by the name of the change that was deployed or reverted last."""

    dsn: str
    empty: str
    roles: tuple[str, str]
    deployed: dict[str, str] = field(default_factory=dict)
    reverted: dict[str, str] = field(default_factory=dict)
    redeployed: dict[str, str] = field(default_factory=dict)
    verified_without: list[str] = field(default_factory=list)


def create_database(cluster, name: str) -> str:
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return cluster.dsn(name)


def dump(dsn: str, program: str = "pg_dump", *options: str) -> str:
    printed = subprocess.run(
        [program, *options], env=libpq_environment(dsn), stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return without_random_key(printed)


def without_random_key(printed: str) -> str:
    lines = printed.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(("\\restrict ", "\\unrestrict ")))


def difference(left: str, right: str) -> str:
    """The lines that two dumps do not share: shorter and quicker than a diff of all."""
    lines = [set(text.splitlines()) for text in (left, right)]
    return "\n".join(
        [f"- {line}" for line in sorted(lines[0] - lines[1])] + [f"+ {line}" for line in sorted(lines[1] - lines[0])]
    )


@pytest.fixture
def cluster() -> Iterator:
    with private_cluster(durable=False) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steps]:
    """The whole plan up, down and up again, with what was there after every change."""
    folder = tmp_path_factory.mktemp("plan")
    client, configuration = folder / "client", folder / "sqitch.conf"
    client.write_text(CLIENT)
    client.chmod(0o700)
    configuration.write_text(f'[engine "pg"]\n\tclient = {client}\n')

    def walk(dsn: str, *arguments: str) -> Path:
        saved = folder / str(len(list(folder.iterdir())))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("STEPS", str(saved))
            patch.setenv("SQITCH_USER_CONFIG", str(configuration))
            sqitch(dsn, *arguments)
        return saved

    def read(saved: Path) -> dict[str, str]:
        return {change: without_random_key((saved / f"{change}.sql").read_text()) for change in CHANGES}

    with private_cluster(durable=False) as cluster:
        dsn = create_database(cluster, "steps")
        roles = dump(dsn, "pg_dumpall", "--roles-only")
        steps = Steps(dsn, dump(dsn, "pg_dump", "--exclude-schema=sqitch"), (roles, roles))
        steps.deployed = read(walk(dsn, "deploy", "--verify"))
        down = walk(dsn, "revert", "-y")
        steps.reverted = read(down)
        if (down / "verified").exists():
            steps.verified_without = (down / "verified").read_text().split()
        steps.roles = (roles, dump(dsn, "pg_dumpall", "--roles-only"))
        steps.redeployed = read(walk(dsn, "deploy", "--verify"))
        yield steps


def test_every_change_has_its_scripts_and_every_script_its_change() -> None:
    folders = [PROJECT / kind for kind in ("deploy", "revert", "verify")]
    scripts = {str(path.relative_to(PROJECT)) for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert scripts == {f"{kind}/{change}.sql" for kind in ("deploy", "revert", "verify") for change in CHANGES}


def test_each_revert_gives_back_the_step_before(steps: Steps) -> None:
    before = [steps.empty, *(steps.deployed[change] for change in CHANGES)]
    for change, expected in zip(CHANGES, before, strict=False):
        assert steps.reverted[change] == expected, f"{change}:\n{difference(expected, steps.reverted[change])}"


def test_each_redeploy_gives_the_same(steps: Steps) -> None:
    for change in CHANGES:
        expected = steps.deployed[change]
        assert steps.redeployed[change] == expected, f"{change}:\n{difference(expected, steps.redeployed[change])}"


def test_each_change_changes_something(steps: Steps) -> None:
    dumps = [steps.empty, *(steps.deployed[change] for change in CHANGES)]
    idle = {change for change, (left, right) in zip(CHANGES, pairwise(dumps), strict=True) if left == right}
    assert idle <= {"roles/all"}  # a database's dump has no roles


def test_each_verify_script_fails_without_its_change(steps: Steps) -> None:
    assert not steps.verified_without


def test_the_roles_go_with_the_plan(steps: Steps) -> None:
    before, after = steps.roles
    assert after == before


def test_another_database_works_on_when_the_plan_is_reverted(steps: Steps) -> None:
    with psycopg.connect(steps.dsn, autocommit=True) as connection:
        connection.execute("create database other")
        other = steps.dsn.replace("/steps?", "/other?")
        deploy(other)
        expected = dump(steps.dsn, "pg_dump", "--exclude-schema=sqitch")
        sqitch(other, "revert", "-y")
        assert dump(steps.dsn, "pg_dump", "--exclude-schema=sqitch") == expected
        sqitch(steps.dsn, "verify")
        connection.execute("set role tradelatch_bot")
        assert connection.execute("select tradelatch.schema_version()").fetchone() == ("1",)


def test_a_role_with_members_outlives_the_plan(cluster) -> None:
    dsn = create_database(cluster, "members")
    sqitch(dsn, "deploy", "--to", "roles/all")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create role alice login in role tradelatch_reader")
        sqitch(dsn, "revert", "-y")
        assert connection.execute("select pg_has_role('alice', 'tradelatch_reader', 'member')").fetchone() == (True,)
        sqitch(dsn, "deploy", "--to", "roles/all")
        connection.execute("drop role alice")
        sqitch(dsn, "revert", "-y")
        assert not connection.execute(r"select from pg_roles where rolname ~ '^tradelatch_'").fetchall()


def test_a_deployer_needs_no_superuser(cluster) -> None:
    dsn = create_database(cluster, "deployed")
    with psycopg.connect(dsn) as connection:
        connection.execute("create role deployer login createrole")
        connection.execute("grant create on database deployed to deployer")
    deployer = cluster.dsn("deployed", user="deployer")
    sqitch(deployer, "deploy", "--verify")
    sqitch(deployer, "verify")
    sqitch(deployer, "revert", "-y")
    with psycopg.connect(dsn) as connection:
        assert not connection.execute(r"select from pg_roles where rolname ~ '^tradelatch_'").fetchall()


def test_a_failing_deploy_keeps_what_succeeded(cluster) -> None:
    dsn = create_database(cluster, "failing")
    with psycopg.connect(dsn) as connection:
        connection.execute("create schema tradelatch")
    with pytest.raises(ClusterError, match="tradelatch"):
        deploy(dsn)
    deployed = sqitch(dsn, "status")
    assert "schemas/monitoring" in deployed
