"""A durable cluster of its own, with load on it."""

from collections.abc import Iterator

import pytest
from tradelatch.cluster import Cluster, deploy, private_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Default durability: fsync and synchronous_commit are on."""
    with private_cluster(durable=True) as cluster:
        deploy(cluster.dsn("postgres"))
        yield cluster
