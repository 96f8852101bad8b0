"""A repeated call is answered when a synchronous standby has what its caller is about to act on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tradelatch.cluster import DATABASE, Cluster

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


IS_WAITING = "select wait_event = 'SyncRep' from pg_stat_activity where pid = %s"


@pytest.fixture
def standby_is_missing(admin: Admin, connect: Callable[[], Session]) -> Iterator[Callable[[bool], None]]:
    """`standby_is_missing(True)`: commits wait for a standby that is not there."""
    probe = connect()

    def waits() -> bool:
        """Whether a commit waits: the checkpointer's word, some time after a session reads the setting."""
        with ThreadPoolExecutor(1) as thread:
            writing = thread.submit(probe, "select pg_logical_emit_message(true, 'probe', '')")
            admin.until(lambda: writing.done() or admin.value(IS_WAITING, probe.pid))
            if is_waiting := not writing.done():
                admin("select pg_cancel_backend(%s)", probe.pid)
        return is_waiting

    def missing(is_missing: bool) -> None:
        admin(f"alter system set synchronous_standby_names = '{'absent' if is_missing else ''}'")
        admin("select pg_reload_conf()")
        admin.until(lambda: waits() == is_missing)

    yield missing
    missing(False)


def filled(bot: Session, **opening: Any) -> tuple[Any, dict[str, Any]]:
    position = bot.create(**opening)
    driven = {"position_id": position.position_id, "fence": position.fence}
    bot.call("confirm_entry", **driven, filled_quantity=Decimal("61.8"))
    return position, driven


def test_a_replay_waits_as_the_move_did(
    admin: Admin, connect: Callable[[], Session], standby_is_missing: Callable[[bool], None]
) -> None:
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
        standby_is_missing(True)
        running = bot.start(function, **arguments)
        admin.until(lambda: admin.value(IS_WAITING, bot.pid))
        assert reader.value("select count(*) from tradelatch.open_positions") == 3  # what reads alone waits for nobody
        standby_is_missing(False)
        assert running.answer() == "replayed", function
        assert running.receipt().order_client_order_id == orders[function]
