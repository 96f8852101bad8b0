"""`make quick` and `make test ONLY=…` run the tests that belong to a file."""

import subprocess
import sys
from pathlib import Path

import pytest

from .. import choose
from ..choose import ALWAYS_OF_SQL, PGTAP, TOP, belonging_to, changed, only

CREATE = [PGTAP.format(f"functions/create_position{which}.sql") for which in ("", "_again")]
ISOLATION = ["test/isolation/test_interleavings.py", "test/isolation/test_isolation.py"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("deploy/functions/create_position.sql", CREATE),
        ("verify/functions/create_position.sql", CREATE),
        ("deploy/adoption/lock.psql", []),
        ("test/functions/create_position.sql", CREATE[:1]),
        ("test/schemas", [PGTAP.format("schemas/monitoring.sql"), PGTAP.format("schemas/tradelatch.sql")]),
        ("test/properties/model.py", ["test/properties/test_arguments.py", "test/properties/test_lifecycle.py"]),
        ("test/template.py", ["test/cluster"]),
        ("test/bench/takeover.py", ["test/test_bench.py"]),
        ("test/bench/four_moves.sql", ["test/test_bench.py"]),
        ("test/test_pgtap.py::test_pgtap[roles/all.sql]", ["test/test_pgtap.py::test_pgtap[roles/all.sql]"]),
        ("client/tradelatch/core/arguments.py", ["test/client/test_arguments.py"]),
        ("test/isolation/specs/legacy.spec", ISOLATION),
        ("test/isolation/expected/legacy.txt", ISOLATION),
        ("client/tradelatch/cli/diagnose.py", ["test/cli/test_diagnose.py"]),
        ("client/tradelatch/cluster.py", ["test/cluster/test_cluster.py"]),
        ("client/tradelatch/timeline.py", ["test/demo/test_timeline.py"]),
        ("Makefile", []),
    ],
)
def test_a_file_has_its_tests(name: str, expected: list[str]) -> None:
    assert belonging_to(name) == expected


def test_a_module_without_a_test_file_has_its_room_s() -> None:
    found = belonging_to("client/tradelatch/core/flight.py")
    assert "test/client/test_calls_async.py" in found
    assert not [test for test in found if test.endswith("_sync.py")]
    assert belonging_to("client/tradelatch/core/calling_sync.py") == found


def test_a_page_has_the_tests_that_name_it() -> None:
    found = belonging_to("docs/analyze-logs.md")
    assert "test/logs/test_command.py" in found
    assert "test/client/test_lease.py" not in found


def test_words_that_are_no_file_are_an_expression() -> None:
    assert only("lease and not lost", ["test/crash"]) == ["-k", "lease and not lost", "--ignore=test/crash", "test"]


def test_options_may_follow_a_file() -> None:
    assert only("test/crash/test_crash.py -x", ["test/crash"]) == ["test/crash/test_crash.py", "-x"]


def test_every_change_of_sql_has_some_more() -> None:
    for name, tests in (("deploy/functions/create_position.sql", CREATE), ("sqitch.plan", [])):
        assert changed([name], []) == [*tests, *ALWAYS_OF_SQL]
    assert changed(["Makefile"], []) == []


def test_what_is_left_out_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    files = ["test/crash/test_crash.py", "Makefile", "test/client/test_lease.py"]
    assert changed(files, ["test/crash"]) == ["test/client/test_lease.py"]
    assert (
        capsys.readouterr().err
        == "without tests of their own: Makefile\nleft to make check: test/crash/test_crash.py\n"
    )


def test_what_may_not_be_installed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "left-out").write_text("  without sqitch: test/plan test/adoption\n")
    monkeypatch.setattr(choose, "TOP", tmp_path)
    assert changed(["test/plan/test_plan.py"], []) == []
    assert capsys.readouterr().err == "what they need is not installed: test/plan/test_plan.py\n"


def test_the_ids_exist() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    tests = belonging_to("deploy/functions/create_position.sql")
    done = subprocess.run([*command, *tests], cwd=TOP, stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout
    assert set(CREATE) <= set(done.stdout.splitlines())
