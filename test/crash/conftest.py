"""A durable cluster of its own, with load on it."""

from collections.abc import Iterator

import pytest
from tradelatch.cluster import Cluster

from ..template import deployed_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Default durability: fsync and synchronous_commit are on."""
    with deployed_cluster(durable=True) as cluster:
        yield cluster
