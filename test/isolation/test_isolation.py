"""Every interleaving of two callers' steps, at every isolation level, by PostgreSQL's own isolationtester.

A spec without permutations runs all of them. What it must print is under expected/, one file for each spec and level;
`python -m pytest test/isolation --write-expected` writes them anew, to be read before they are committed.
"""

import difflib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tradelatch.programs import libpq_environment, server_programs

HERE = Path(__file__).parent
LEVELS = {"read_committed": "read committed", "repeatable_read": "repeatable read", "serializable": "serializable"}
SPECS = sorted(path.stem for path in (HERE / "specs").glob("*.spec"))


def isolationtester() -> Path:
    """It comes with the client programs, below their library folder."""
    pg_config = server_programs() / "pg_config"
    library = subprocess.run([pg_config, "--pkglibdir"], capture_output=True, text=True, check=True).stdout.strip()
    return Path(library) / "pgxs/src/test/isolation/isolationtester"


def play(database: str, spec: str, level: str) -> str:
    """What isolationtester prints."""
    environment = libpq_environment(database)
    environment["PGOPTIONS"] = "-c default_transaction_isolation=" + LEVELS[level].replace(" ", "\\ ")
    run = subprocess.run(
        [isolationtester(), ""],
        input=(HERE / "specs" / f"{spec}.spec").read_text(),
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


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("spec", SPECS)
def test_every_permutation(
    printed: dict[tuple[str, str], str], spec: str, level: str, request: pytest.FixtureRequest
) -> None:
    output = printed[spec, level]
    expected = HERE / "expected" / f"{spec}.{level}.out"
    if request.config.getoption("--write-expected"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(output)
    difference = difflib.unified_diff(
        expected.read_text().splitlines(), output.splitlines(), "expected", "printed", lineterm=""
    )
    assert not (text := "\n".join(difference)), text
    if spec != "legacy":
        assert "duplicate key" not in output
        open_rows = re.findall(r"open_rows\|sides\n-+\+-+\n +(\d+)\|", output)
        assert len(open_rows) == output.count("starting permutation")
        assert all(int(rows) <= 1 for rows in open_rows)


def test_the_legacy_flow_shows_the_fault() -> None:
    """The specs can see a duplicate: the legacy flow's expected output has two open rows, and the violation."""
    printed = (HERE / "expected" / "legacy.read_committed.out").read_text()
    assert 'duplicate key value violates unique constraint "idx_unique_active_position"' in printed
    assert re.search(r"rows_made\|open_rows\n-+\+-+\n +2\| +2\n", printed)
