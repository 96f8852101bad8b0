"""A primary, a synchronous and an asynchronous standby, with load on them."""

from collections.abc import Iterator

import pytest

from .servers import Servers, three_servers


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with three_servers() as servers:
        yield servers
