"""The scenarios hold when the bots, the synchronizer and recovery go through PgBouncer in transaction mode."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from tradelatch import AsyncClient
from tradelatch.cluster import Cluster
from tradelatch.incidents.reproduce.flows import Place
from tradelatch.incidents.reproduce.outcome import Outcome
from tradelatch.incidents.reproduce.run import play
from tradelatch.incidents.reproduce.scenarios import SCENARIOS
from tradelatch.incidents.reproduce.stage import Settings

from ..pgbouncer import PgBouncer, pgbouncer
from ..template import deployed_cluster

SETTINGS = Settings(duration=timedelta(seconds=4), scale=0.05)
SIGNALS = count(1)  # a signal is played once in a database


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Of our own, because PgBouncer stands in front of a server that trusts it."""
    with deployed_cluster(settings={"max_connections": "200"}) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def pooler(cluster: Cluster) -> Iterator[PgBouncer]:
    with pgbouncer(cluster.dsn(), ["postgres"]) as pooler:
        yield pooler


@pytest.fixture
def through(pooler: PgBouncer, monkeypatch: pytest.MonkeyPatch) -> list[AsyncClient]:
    """The clients, all through the pooler; those who look on reach the server itself."""
    clients: list[AsyncClient] = []

    def client(dsn: str, **options: Any) -> AsyncClient:
        clients.append(AsyncClient(pooler.through(dsn), prepare=False, **options))
        return clients[-1]

    monkeypatch.setattr("tradelatch.incidents.reproduce.flows.AsyncClient", client)
    return clients


async def played(name: str, cluster: Cluster) -> Outcome:
    place = Place("tradelatch", cluster.dsn(), "", SETTINGS.scale)
    return await play(SCENARIOS[name], place, SETTINGS, SIGNALS)


async def test_scenario_b_holds(cluster: Cluster, through: list[AsyncClient]) -> None:
    outcome = await played("b", cluster)
    assert len(through) == 1
    assert (outcome.faults, outcome.rows, outcome.entries) == ([], 1, 1)


async def test_the_stress_run_holds(cluster: Cluster, through: list[AsyncClient]) -> None:
    outcome = await played("stress", cluster)
    assert len(through) == 1
    assert outcome.faults == []
    assert outcome.entries > 10
    assert outcome.turned_away > 0
