"""A bot's own tests can use the package's fixtures."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

BOT_TEST = """
import pytest
from tradelatch import Client

pytest_plugins = ["tradelatch.testing.pytest_plugin"]

@pytest.mark.parametrize("which", [1, 2])
def test_a_bot(tradelatch_database, which):
    with Client(tradelatch_database) as client:
        assert client.create_position("binance", "APTUSDT", "long", 1, 3).outcome == "created"
"""


def databases(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        return {
            name
            for (name,) in connection.execute("select datname from pg_database where datname ~ '^tradelatch_test_'")
        }


def test_each_test_of_a_bot_has_a_database_of_its_own(server: Any, template: str, tmp_path: Path) -> None:
    before = databases(server.dsn)
    (tmp_path / "test_bot.py").write_text(BOT_TEST)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        "test_bot.py",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"TRADELATCH_TEST_DSN": server.dsn}, capture_output=True, text=True
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert databases(server.dsn) == before
