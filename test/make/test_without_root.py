"""The first commands of somebody who may not use apt, and has neither PostgreSQL nor sqitch."""

import os
import pty
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

TOP = Path(__file__).parents[2]
# All that is on PATH.
PROGRAMS = """
bash cat cp date dirname env expand false git grep id ls make mktemp paste ps python3 realpath rm sed sh sleep sort stty
uname
"""

BOT_TEST = """
from tradelatch import Client

pytest_plugins = ["tradelatch.testing.pytest_plugin"]

def test_a_bot(tradelatch_database):
    with Client(tradelatch_database) as client:
        assert client.create_position("binance", "APTUSDT", "long", 1, 3).outcome == "created"
"""


@dataclass(frozen=True)
class Person:
    """An ordinary user with a checkout, whose terminal nobody types at."""

    checkout: Path
    user: str | None
    environment: Mapping[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        keyboard, terminal = pty.openpty()
        try:
            return subprocess.run(
                command,
                cwd=self.checkout,
                env=self.environment,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
                stdin=terminal,
                capture_output=True,
                text=True,
                start_new_session=True,
            )
        finally:
            os.close(keyboard)
            os.close(terminal)


@pytest.fixture(scope="module")
def person() -> Iterator[Person]:
    """Made by useradd, where the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="tradelatch-person-", dir="/tmp"))
    checkout = folder / "tradelatch"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        if name and (TOP / name).exists():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, checkout / name)
    (folder / "bin").mkdir()
    for program in PROGRAMS.split():
        found = shutil.which(program, path="/usr/local/bin:/usr/bin:/bin")
        assert found is not None, program
        (folder / "bin" / program).symlink_to(found)
    user = None
    if os.geteuid() == 0:
        user = f"tradelatch-{secrets.token_hex(3)}"
        subprocess.run(["useradd", "--no-create-home", "--home-dir", str(folder), user], check=True)
        subprocess.run(["chown", "-R", f"{user}:{user}", str(folder)], check=True)
    passed_on = {name: value for name, value in os.environ.items() if re.match("PIP_|.*_proxy$|SSL_CERT", name, re.I)}
    environment = passed_on | {"PATH": str(folder / "bin"), "HOME": str(folder)}
    person = Person(checkout, user, environment)
    yield person
    person.run("make", "down")
    if user is not None:
        subprocess.run(["userdel", user], check=True)
    shutil.rmtree(folder)


def test_the_demo_ends_within_two_minutes(person: Person) -> None:
    started = time.monotonic()
    done = person.run("make", "demo")
    took = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    assert "tradelatch held" in done.stdout
    assert "installs" not in done.stdout
    assert "Debian" not in done.stderr
    assert took < 120


def test_up_prints_the_dsn_and_nothing_else(person: Person) -> None:
    done = person.run("make", "up")
    assert done.returncode == 0, done.stderr
    (dsn,) = done.stdout.splitlines()
    with psycopg.connect(dsn) as connection:
        assert connection.info.server_version >= 180000
        assert connection.execute("select tradelatch.schema_version()").fetchone() == ("1",)
    assert person.run("make", "up").stdout == done.stdout
    assert person.run("make", "down").stdout == "ended\n"


def test_make_test_names_what_it_leaves_out_and_runs_the_rest(person: Person) -> None:
    rest = "test/exchange"
    others = [str(path.relative_to(TOP)) for path in (TOP / "test").iterdir() if path.name != Path(rest).name]
    done = person.run("make", "test", "lint=", f"HEAVY={' '.join(others)}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^=+ \d+ passed", done.stdout, re.MULTILINE)
    left_out = done.stderr[done.stderr.index("Left out, because what they need is not installed:") :]
    named = dict(line.strip().split(": ") for line in left_out.splitlines() if line.startswith("  without"))
    assert named["without sqitch"] == "test/plan test/cli/test_deploy.py test/adoption"
    assert {path for paths in named.values() for path in paths.split()} >= {
        "test/test_pgtap.py",
        "test/lint",
        "test/schedule/test_pg_cron.py",
        "test/watching/test_metrics.py",
    }
    assert all((TOP / path).exists() for paths in named.values() for path in paths.split())


def test_a_bots_own_tests_have_a_database(person: Person) -> None:
    bot = person.checkout / "bot"
    bot.mkdir()
    (bot / "test_bot.py").write_text(BOT_TEST)
    assert person.run(".ci/install", "test").returncode == 0
    python = str(person.checkout / ".venv" / "bin" / "python")
    done = person.run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(bot), "bot/test_bot.py")
    assert "1 passed" in done.stdout, done.stdout + done.stderr
