"""The clusters that tests start from: made once, whole or not at all, and nobody else's."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from .. import template
from ..template import deployed_cluster

# Another process that starts a cluster of that checkout.
STARTER = """
import importlib.util
import sys
from pathlib import Path
from tradelatch import cluster, deployment

specification = importlib.util.spec_from_file_location("template", sys.argv[1])
template = importlib.util.module_from_spec(specification)
specification.loader.exec_module(template)
for module in (cluster, deployment, template):
    module.sqitch_project = lambda: Path(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
with template.deployed_cluster():
    pass
"""


@pytest.fixture
def builds(project: Path) -> Callable[[], int]:
    """How often the plan was deployed, whichever process did it."""
    script = project / "deploy" / "t.sql"
    script.write_text(f"{script.read_text()}\\! echo >>{project}/builds\n")

    def count() -> int:
        told = project / "builds"
        return len(told.read_text().splitlines()) if told.exists() else 0

    return count


def columns_of_t() -> list[str]:
    with deployed_cluster() as cluster, psycopg.connect(cluster.dsn()) as connection:
        found = connection.execute("select column_name from information_schema.columns where table_name = 't'")
        return [name for (name,) in found]


def test_the_plan_is_deployed_when_it_changed(project: Path, builds: Callable[[], int]) -> None:
    script = project / "deploy" / "t.sql"
    assert [columns_of_t(), columns_of_t(), builds()] == [[], [], 1]
    was = script.read_text()
    script.write_text(was.replace("t ()", "t (added int)"))
    assert [columns_of_t(), columns_of_t(), builds()] == [["added"], ["added"], 2]
    script.write_text(was)
    assert [columns_of_t(), builds()] == [[], 2]


def test_an_included_file_counts(project: Path) -> None:
    (project / "deploy" / "columns.psql").write_text("alter table t add included int;\n")
    with (project / "deploy" / "t.sql").open("a") as script:
        script.write("\\ir columns.psql\n")
    assert columns_of_t() == ["included"]
    (project / "deploy" / "columns.psql").write_text("alter table t add included_now int;\n")
    assert columns_of_t() == ["included_now"]


def test_only_the_newest_are_kept(project: Path, builds: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "KEPT", 3)
    script = project / "deploy" / "t.sql"
    was = script.read_text()
    for name in ("one", "two", "three"):
        script.write_text(was.replace("t ()", f"t ({name} int)"))
        assert columns_of_t() == [name]
    assert len(list((project / ".clusters").glob("*.tar"))) == 3
    script.write_text(was.replace("t ()", "t (two int)"))
    columns_of_t()
    assert builds() == 3
    script.write_text(was.replace("t ()", "t (one int)"))
    columns_of_t()
    assert builds() == 4


def test_what_was_interrupted_is_not_taken_for_whole(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def copy_a_little(command: list[str]) -> str:
        if command[0] != "tar":
            return whole(command)
        Path(command[2]).write_bytes(b"a little")
        raise KeyboardInterrupt

    whole = template.run_program
    with monkeypatch.context() as patch:
        patch.setattr(template, "run_program", copy_a_little)
        with pytest.raises(KeyboardInterrupt):
            columns_of_t()
    assert columns_of_t() == []


def test_two_processes_build_once(project: Path, builds: Callable[[], int]) -> None:
    command = [sys.executable, "-c", STARTER, template.__file__, str(project)]
    starters = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for starter in starters:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    for starter in starters:
        starter.communicate()
    assert [starter.returncode for starter in starters] == [0, 0]
    assert builds() == 1


def test_a_folder_that_others_may_write_is_not_used(project: Path) -> None:
    folder = project / ".clusters"
    folder.mkdir()
    folder.chmod(0o777)
    assert columns_of_t() == []
    assert not list(folder.iterdir())


def test_a_link_is_not_followed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (project / ".clusters").symlink_to(elsewhere)
    assert columns_of_t() == []
    assert not list(elsewhere.iterdir())


def test_a_folder_of_somebody_else_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "clusters"
    assert template._is_ours(folder)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    assert not template._is_ours(folder)


def test_a_copy_has_its_own_settings(project: Path) -> None:
    def shown(**options: object) -> tuple[str, ...]:
        with deployed_cluster(**options) as cluster, psycopg.connect(cluster.dsn()) as connection:
            return tuple(connection.execute(f"show {name}").fetchone()[0] for name in ("fsync", "max_connections"))

    assert shown() == ("off", "100")
    assert shown(durable=True, settings={"max_connections": "20"}) == ("on", "20")
