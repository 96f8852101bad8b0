"""The lock file: all that the tests' environment needs, each file by its hash, from no index in particular."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

TOP = Path(__file__).parents[2]
LOCK = (TOP / ".ci" / "requirements.lock").read_text()
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
EXTRAS = re.search(r"^all_extras=(\S+)$", (TOP / ".ci" / "install").read_text(), re.MULTILINE)[1].split(",")


def locked() -> dict[str, tuple[str, int]]:
    """Version and number of hashes, by name."""
    found = {}
    for entry in re.split(r"\n(?=\S)", LOCK.strip()):
        name, pinned = re.match(r"([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)", entry).groups()
        found[name] = (pinned, len(re.findall(r"--hash=sha256:[0-9a-f]{64}", entry)))
    return found


def test_every_package_that_is_asked_for_is_there_in_a_version_that_is_allowed() -> None:
    asked = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    for extra in EXTRAS:
        asked += PROJECT["project"]["optional-dependencies"][extra]
    for each in map(Requirement, asked):
        assert each.name in locked(), "run `make lock`"
        assert each.specifier.contains(locked()[each.name][0]), f"{each}: run `make lock`"


def test_every_line_has_its_hashes_and_no_address() -> None:
    assert all(hashes for _, hashes in locked().values())
    assert not re.search(r"https?:|file:|index-url|find-links|@", LOCK)


def test_the_makefile_locks_what_is_installed() -> None:
    (extras,) = re.findall(r"^LOCKED := (.*)$", (TOP / "Makefile").read_text(), re.MULTILINE)
    assert extras.split() == EXTRAS
