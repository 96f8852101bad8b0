"""Empty databases, which `reproduce` may be pointed at."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def empty(server: Any) -> Iterator[str]:
    name = server.create_database()
    yield server.dsn_of(name)
    server.drop_database(name)
