"""What a prepared transaction keeps locked, no session ends: whoever waits is told what to roll back."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from tradelatch.cluster import DATABASE, Cluster

from ..template import deployed_cluster
from .conftest import Session


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server that allows it; by itself none does."""
    with deployed_cluster(settings={"max_prepared_transactions": "5"}) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> str:
    return cluster.dsn(DATABASE)


@pytest.fixture(scope="module")
def bot_dsn(database: str) -> str:
    return database


@pytest.fixture
def prepared(admin: Any, connect: Callable[..., Session]) -> Iterator[Callable[..., None]]:
    """`prepared(statement)` runs it in a transaction that is then prepared, as one that its session forgot."""

    def prepare(statement: str, *parameters: object) -> None:
        session = connect()
        session("begin")
        session(statement, *parameters)
        session("prepare transaction 'it''s mine'")

    yield prepare
    if admin("select gid from pg_prepared_xacts"):
        admin("rollback prepared 'it''s mine'")


NAMED = {"user_name": "postgres", "application_name": "prepared 'it''s mine'"}


def holders_of(call: Callable[[], Any], match: str) -> list[dict[str, Any]]:
    with pytest.raises(psycopg.errors.LockNotAvailable, match=match) as caught:
        call()
    return json.loads(caught.value.diag.message_detail)["holders"]


def test_of_a_slot(admin, connect, prepared) -> None:
    bot = connect()
    position = bot.create()
    driven = {"position_id": position.position_id, "fence": position.fence}
    prepared("select tradelatch.renew_lease(%s, %s)", *driven.values())
    (holder,) = holders_of(lambda: bot.call("renew_lease", **driven), "prepared 'it''s mine'")
    assert holder | NAMED == holder
    (shown,) = admin("select * from tradelatch.lock_holders() where account = %s", admin.account)
    assert (shown.pid, shown.user_name, shown.application_name) == (None, *NAMED.values())
    admin("select tradelatch.record_findings()")
    admin("update monitoring.lock_sightings set first_seen_at = first_seen_at - interval '6 seconds'")
    (finding,) = admin(
        "select * from tradelatch.diagnose(account => %s) where check_name = 'slot_locked'", admin.account
    )
    assert finding.action == "end what holds it: rollback prepared 'it''s mine'"
    admin(finding.action.partition(": ")[2])
    assert bot.answer("renew_lease", **driven) == "ok"


def test_of_a_row(connect, prepared) -> None:
    bot = connect()
    position = bot.create()
    driven = {"position_id": position.position_id, "fence": position.fence}
    prepared("update monitoring.positions set fees = 3 where id = %s", position.position_id)
    (holder,) = holders_of(lambda: bot.call("renew_lease", **driven), "prepared 'it''s mine'")
    assert holder | NAMED == holder


def test_of_the_schedule(admin, prepared) -> None:
    prepared("select tradelatch.record_findings()")
    (holder,) = holders_of(
        lambda: admin("select tradelatch.record_findings()"),
        "no alert is raised meanwhile: prepared 'it''s mine' of user postgres",
    )
    assert holder | NAMED == holder
