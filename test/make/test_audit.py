"""`make check` looks for known weaknesses of the locked packages where it can; where it cannot, a line says so."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the script needs of one."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".ci").mkdir()
    for name in ("audit", "requirements.lock"):
        shutil.copy(TOP / ".ci" / name, tmp_path / ".ci")
    return tmp_path


def audit(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [checkout / ".ci" / "audit"]
    environment = os.environ | {"PATH": "/usr/bin:/bin"} | environment
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("prints", "status", "expected", "shown"),
    [
        ("No known vulnerabilities found", 0, 0, "No known vulnerabilities found\n"),
        (
            "Found 1 known vulnerability in 1 package\nclick 8.0 X-1",
            1,
            1,
            "Found 1 known vulnerability in 1 package\nclick 8.0 X-1\n",
        ),
        (
            "No known vulnerabilities found\nclick could not be audited\nrich could not be audited",
            0,
            0,
            "No audit of the packages: 2 of them are not in the list that was reached.\n",
        ),
        ("Traceback\nConnectionError: no route", 1, 0, "No audit of the packages: ConnectionError: no route\n"),
    ],
)
def test_what_it_finds(checkout: Path, prints: str, status: int, expected: int, shown: str) -> None:
    program = checkout / "pip-audit"
    program.write_text(f'#!/bin/sh\ntest -r .ci/requirements.lock || exit 9\necho "{prints}"\nexit {status}\n')
    program.chmod(0o755)
    done = audit(checkout, PATH=f"{checkout}:/usr/bin:/bin")
    assert (done.returncode, done.stdout + done.stderr) == (expected, shown)


def test_a_machine_that_cannot_have_the_program(checkout: Path) -> None:
    done = audit(checkout, PIP_NO_INDEX="1")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "No audit of the packages: pip-audit cannot be installed here.\n"
    assert not (checkout / ".venv" / "audit").exists()


def test_it_is_a_part_of_the_check() -> None:
    rule = (TOP / "Makefile").read_text().partition("\ncheck: ")[2].partition("\n\n")[0]
    assert "\t@.ci/audit\n" in rule
