"""A repeated call is answered when a synchronous standby has what its caller is about to act on."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
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


def test_every_repeated_answer_with_an_order_waits(
    admin: Admin, connect: Callable[[], Session], standby: Standby
) -> None:
    """Each function, repeated with the arguments of the latest move, whatever order its receipt has."""
    bot = connect()
    lives: list[tuple[str, dict[str, Any], dict[str, Any]]] = []  # function, arguments, of the first answer

    def moved(function: str, **arguments: Any) -> Any:
        receipt = bot.call(function, **arguments)
        lives.append((function, arguments, {"order": receipt.order_client_order_id, "cancels": receipt.order_cancels}))
        return receipt

    symbols = (f"S{number}USDT" for number in range(100))

    def active() -> tuple[int, Any]:
        position, driven = filled(bot, symbol=next(symbols))
        bot.call("activate_position", **driven, stop_loss_price=4, client_order_id=order_of(position, "s1"))
        return position.position_id, position

    def pending() -> dict[str, Any]:
        return filled(bot, symbol=next(symbols))[1]

    quantity = Decimal("61.8")
    moved("create_position", **bot.opening(symbol=next(symbols), attempt=uuid4()))
    adopting = {"exchange": "binance", "account": bot.account, "symbol": next(symbols), "side": "short"}
    moved(
        "adopt_position", **adopting, quantity=quantity, average_price=3, observed_at=datetime.now(UTC), attempt=uuid4()
    )
    position = bot.create(symbol=next(symbols))
    by_fence = {"position_id": position.position_id, "fence": position.fence}
    moved("confirm_entry", **by_fence, filled_quantity=quantity)
    moved("place_entry", **by_fence, exchange_order_id="17")
    driven = pending()
    bot_order = admin.book(driven["position_id"]).order_key + "s1"
    moved("reissue_order", **driven, client_order_id=bot_order, reason="refused")
    moved("rollback_position", **pending(), reason="gave up")
    driven = pending()
    bot.call("rollback_position", **driven, reason="gave up")
    moved("confirm_flat", **driven)
    moved("begin_close", position_id=active()[0], reason="take profit", attempt=uuid4())
    moved("replace_stop_loss", position_id=active()[0], stop_loss_price=5, attempt=uuid4())
    moved("update_stop_loss", position_id=active()[0], stop_loss_price=None, attempt=uuid4())
    moved("resize_position", position_id=active()[0], quantity=40, reason="halved", attempt=uuid4())
    moved("confirm_close", position_id=active()[0], reason="stopped out", attempt=uuid4())
    driven = pending()
    moved("confirm_orders", **driven, orders_placed=["take-profit"])
    assert [function for function, _, first in lives if first["order"] is None and not first["cancels"]] == []
    for function, arguments, first in lives:
        standby.go()
        running = bot.start(function, **arguments)
        admin.until(lambda: bot.pid in standby.waiting())
        standby.come_back()
        receipt = running.receipt()
        assert receipt.outcome in ("replayed", "ok"), function
        assert {"order": receipt.order_client_order_id, "cancels": receipt.order_cancels} == first, function
