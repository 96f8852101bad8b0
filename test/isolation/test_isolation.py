"""Every interleaving of two callers' steps, at every isolation level, by PostgreSQL's own isolationtester.

A spec without permutations runs all of them. What they return is under expected/, one page for each spec;
`python -m pytest test/isolation --write-expected` writes them anew, to be read before they are committed.
"""

import difflib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tradelatch.programs import libpq_environment, server_programs

from .interleavings import Permutation, page, permutations

HERE = Path(__file__).parent
LEVELS = ("read committed", "repeatable read", "serializable")
SPECS = sorted(path.stem for path in (HERE / "specs").glob("*.spec"))


def isolationtester() -> Path:
    """It comes with the client programs, below their library folder."""
    pg_config = server_programs() / "pg_config"
    library = subprocess.run([pg_config, "--pkglibdir"], capture_output=True, text=True, check=True).stdout.strip()
    return Path(library) / "pgxs/src/test/isolation/isolationtester"


def text_of(spec: str) -> str:
    return (HERE / "specs" / f"{spec}.spec").read_text()


def play(database: str, spec: str, level: str) -> str:
    """What isolationtester prints."""
    environment = libpq_environment(database)
    environment["PGOPTIONS"] = "-c default_transaction_isolation=" + level.replace(" ", "\\ ")
    run = subprocess.run(
        [isolationtester(), ""],
        input=text_of(spec),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def printed(server: Any, template: str) -> dict[tuple[str, str], str]:
    """What each spec prints at each level. They mostly wait, so they wait together, each in a database of its own."""
    cases = [(spec, level) for spec in SPECS for level in LEVELS]
    databases = [server.create_database(template) for _ in cases]
    try:
        with ThreadPoolExecutor(max_workers=len(cases)) as pool:
            plays = [pool.submit(play, server.dsn_of(name), *case) for name, case in zip(databases, cases, strict=True)]
            return {case: run.result() for case, run in zip(cases, plays, strict=True)}
    finally:
        for name in databases:
            server.drop_database(name)


def by_level(printed: dict[tuple[str, str], str], spec: str) -> list[list[Permutation]]:
    return [permutations(printed[spec, level]) for level in LEVELS]


@pytest.mark.parametrize("spec", SPECS)
def test_every_permutation(printed: dict[tuple[str, str], str], spec: str, request: pytest.FixtureRequest) -> None:
    levels = by_level(printed, spec)
    purpose = [line.removeprefix("# ") for line in text_of(spec).splitlines() if line.startswith("# ")]
    shown = page("\n".join(purpose), levels)
    expected = HERE / "expected" / f"{spec}.txt"
    if request.config.getoption("--write-expected"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(shown)
    difference = difflib.unified_diff(
        expected.read_text().splitlines(), shown.splitlines(), "expected", "returned", lineterm=""
    )
    assert not (text := "\n".join(difference)), text
    if spec != "legacy":
        assert not [level for level in LEVELS if "duplicate key" in printed[spec, level]]
        assert all(permutation.open_rows <= 1 for level in levels for permutation in level)


def test_the_legacy_flow_shows_the_fault(printed: dict[tuple[str, str], str]) -> None:
    """The specs can see a duplicate: one order of the legacy flow's steps has two open rows, and the violation."""
    for level in by_level(printed, "legacy"):
        (fault,) = [permutation for permutation in level if permutation.open_rows > 1]
        assert fault.open_rows == 2
        assert fault.results["active1"] == "ERROR 23505"


def test_a_slot_is_never_free_while_an_order_is_left(printed: dict[tuple[str, str], str]) -> None:
    """A close that was handed out keeps it, and so does a stop-loss until its end is committed."""
    nexts, creations = set(), set()
    for level in by_level(printed, "confirm_close_begin_close"):
        for permutation in level:
            left = permutation.teardown
            assert (left["next"] == "existing") == (left["orders_left"] != "") == (permutation.open_rows == 1)
            was_handed_out = permutation.results["close"].startswith("ok")
            assert left["next"] == ("existing" if was_handed_out else "created")
            nexts.add(left["next"])
    for level in by_level(printed, "confirm_orders_create"):
        for permutation in level:
            steps = permutation.steps
            is_committed = "commit1" in steps[: steps.index("create")] and permutation.results["ended"] == "ok closed -"
            outcome = permutation.results["create"].split()[0]
            assert outcome in (("created", "ERROR") if is_committed else ("existing", "ERROR")), steps
            creations.add(outcome)
    assert nexts == {"created", "existing"}
    assert creations == {"created", "existing", "ERROR"}


def test_nothing_is_active_with_a_stop_loss_for_a_part_of_it(printed: dict[tuple[str, str], str]) -> None:
    for level in by_level(printed, "activate_confirm_entry"):
        for permutation in level:
            is_filled = permutation.results["fill"].startswith("ok")
            left = permutation.teardown
            assert left["status"] == ("pending_sl" if is_filled else "active")
            assert left["orders_left"] == ("s1+s2" if is_filled else "e1+s1")
