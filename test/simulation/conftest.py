"""The simulation's modules stand beside these tests, and its database is its own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def simulation_database(server: Any, template: str) -> Iterator[str]:
    """One database for all seeds: each run empties it first."""
    name = server.create_database(template)
    yield server.dsn_of(name)
    server.drop_database(name)
