"""The schedule of docs/monitoring.md, by pg_cron: findings are recorded and told with nobody about."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tradelatch import Client
from tradelatch.cluster import DATABASE, Cluster

from ..template import deployed_cluster

PAGE = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text()
(SCHEDULE,) = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PATIENCE = 130  # pg_cron begins its jobs with a minute


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    settings = {
        "shared_preload_libraries": "pg_cron",
        "cron.database_name": DATABASE,
        "cron.use_background_workers": "on",
    }
    with deployed_cluster(settings=settings) as cluster:
        yield cluster


def test_the_schedule_records_and_tells(cluster: Cluster) -> None:
    with Client(cluster.dsn()) as client, psycopg.connect(cluster.dsn(), autocommit=True) as admin:
        position = client.create_position("binance", "APTUSDT", "long", 1, 1)
        client.confirm_entry(position.position_id, position.fence, 1)
        admin.execute("set session_replication_role = replica")
        admin.execute("update monitoring.positions set lease_until = lease_until - interval '1 hour'")
        admin.execute("reset session_replication_role")
        admin.execute("listen tradelatch_alert")
        admin.execute("create extension pg_cron")
        admin.execute("create role scheduler login in role tradelatch_bot")
        admin.execute("grant usage on schema cron to scheduler")
        with psycopg.connect(cluster.dsn(user="scheduler"), autocommit=True) as scheduler:
            scheduler.execute(SCHEDULE)
        (woken,) = admin.notifies(timeout=PATIENCE, stop_after=1)
        assert woken.payload == ""  # the row is the alert
        (told,) = admin.execute("select alert, symbol from tradelatch.alerts").fetchall()
        assert told == ("no_stop_loss", "APTUSDT")
        (finding,) = client.findings()
        assert (finding.check_name, finding.position_id, finding.cleared_at) == (
            "no_stop_loss", position.position_id, None,
        )  # fmt: skip
