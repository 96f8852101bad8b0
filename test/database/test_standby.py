"""A repeated call is answered when a synchronous standby has what its caller is about to act on."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tradelatch.cluster import DATABASE, Cluster

from ..standby import Standby
from ..template import deployed_cluster
from .conftest import Admin, Session, order_of


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One of its own: while a standby is missing, nothing on a server is committed."""
    with deployed_cluster(settings={}) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> str:
    return cluster.dsn(DATABASE)


@pytest.fixture(scope="module")
def bot_dsn(database: str) -> str:
    return database


@pytest.fixture
def standby(database: str) -> Iterator[Standby]:
    standby = Standby(database)
    yield standby
    standby.come_back()


def filled(bot: Session, **opening: Any) -> tuple[Any, dict[str, Any]]:
    position = bot.create(**opening)
    driven = {"position_id": position.position_id, "fence": position.fence}
    bot.call("confirm_entry", **driven, filled_quantity=Decimal("61.8"))
    return position, driven


def test_a_replay_waits_as_the_move_did(admin: Admin, connect: Callable[[], Session], standby: Standby) -> None:
    bot, reader = connect(), connect()
    opening, closing = {"attempt": uuid4()}, {"attempt": uuid4(), "reason": "take profit"}
    opened = bot.create(**opening)
    protected, protecting = filled(bot, symbol="AVLUSDT")
    position, driven = filled(bot, symbol="METUSDT")
    bot.call("activate_position", **driven, stop_loss_price=4, client_order_id=order_of(position, "s1"))
    close = bot.call("begin_close", position_id=position.position_id, **closing)
    calls = {
        "create_position": bot.opening(**opening),
        "confirm_entry": protecting | {"filled_quantity": Decimal("61.8")},
        "begin_close": {"position_id": position.position_id, **closing},
    }
    orders = {
        "create_position": opened.order_client_order_id,
        "confirm_entry": order_of(protected, "s1"),
        "begin_close": close.order_client_order_id,
    }
    for function, arguments in calls.items():
        standby.go()
        running = bot.start(function, **arguments)
        admin.until(lambda: bot.pid in standby.waiting())
        assert reader.value("select count(*) from tradelatch.open_positions") == 3  # what reads alone waits for nobody
        standby.come_back()
        assert running.answer() == "replayed", function
        assert running.receipt().order_client_order_id == orders[function]
