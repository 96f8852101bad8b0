"""One definition of unprotected, on every state of a position: exposure, and no stop-loss known to stand."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tradelatch.watching.metrics import BookCollector

from .desk import PRICE, Desk

SYMBOL = "METUSDT"


def adopted(desk: Desk, **options: Any) -> Any:
    return desk.client.adopt_position("binance", SYMBOL, "long", 5, PRICE, datetime.now(UTC), **options)


def stands(desk: Desk, **options: Any) -> Any:
    return desk.open(SYMBOL, **options)


def placed(desk: Desk) -> None:
    receipt = desk.open(SYMBOL, status="pending_entry")
    desk.client.place_entry(receipt.position_id, receipt.fence, "53190367")


def rolled_back_half_way(desk: Desk) -> None:
    receipt = desk.open(SYMBOL, status="pending_sl")
    desk.client.rollback_position(receipt.position_id, receipt.fence, "gave up")


def rolled_back_with_a_stop(desk: Desk) -> None:
    """It was moved, and then it was given up: the one before stands."""
    stands(desk)
    receipt = desk.client.replace_stop_loss(1, 97)
    desk.client.rollback_position(1, receipt.fence, "gave up")


def gone_from_positions(desk: Desk) -> None:
    stands(desk)
    desk.age()
    seen = [{"symbol": SYMBOL, "side": "long", "quantity": 5, "average_price": 100, "stop_loss_price": None}]
    for ago in (60, 30):
        desk.client.reconcile("binance", seen, datetime.now(UTC) - timedelta(seconds=ago))


def gone_from_orders(desk: Desk) -> None:
    stands(desk)
    desk.age()
    for ago in (60, 30):
        desk.client.reconcile_orders("binance", [], datetime.now(UTC) - timedelta(seconds=ago), complete=True)


def seen_gone_once(desk: Desk) -> None:
    stands(desk)
    desk.age()
    desk.client.reconcile_orders("binance", [], datetime.now(UTC) - timedelta(seconds=30), complete=True)


STATES: dict[str, tuple[Callable[[Desk], Any], bool]] = {
    "an entry": (lambda desk: stands(desk, status="pending_entry"), False),
    "an entry that was placed": (placed, False),
    "filled": (lambda desk: stands(desk, status="pending_sl"), True),
    "active": (stands, False),
    "its stop-loss is moved": (lambda desk: (stands(desk), desk.client.replace_stop_loss(1, 97)), False),
    "its stop-loss is gone": (lambda desk: (stands(desk), desk.client.update_stop_loss(1, None)), True),
    "its stop-loss is proven gone, by positions": (gone_from_positions, True),
    "its stop-loss is proven gone, by orders": (gone_from_orders, True),
    "its stop-loss was missing once": (seen_gone_once, False),
    "adopted with a stop-loss": (lambda desk: adopted(desk, stop_loss_price=98, stop_loss_order_id="9"), False),
    "adopted with one that nobody can name": (lambda desk: adopted(desk, stop_loss_price=98), False),
    "adopted without": (adopted, True),
    "being closed": (lambda desk: stands(desk, status="pending_close"), False),
    "being closed without one": (
        lambda desk: (stands(desk, status="pending_sl"), desk.client.begin_close(1, "exit", fence=desk.fence(1))),
        True,
    ),
    "adopted with one that nobody can name, and being closed": (
        lambda desk: (adopted(desk, stop_loss_price=98), desk.client.begin_close(1, "exit")),
        False,
    ),
    "adopted without, and being closed": (
        lambda desk: (adopted(desk), desk.client.begin_close(1, "exit", fence=desk.fence(1))),
        True,
    ),
    "rolled back before a fill": (lambda desk: stands(desk, status="pending_rollback"), False),
    "rolled back after it": (rolled_back_half_way, True),
    "flat, with orders left": (lambda desk: (stands(desk), desk.client.confirm_close(1, "take profit")), False),
    "over": (
        lambda desk: (stands(desk), desk.client.confirm_close(1, "x", orders_ended=desk.row(1).orders_left)),
        False,
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_everything_agrees_on_what_is_unprotected(desk: Desk, state: str) -> None:
    make, is_unprotected = STATES[state]
    make(desk)
    with psycopg.connect(desk.superuser) as connection:  # its worker is dead, and nothing else aged
        connection.execute("set local session_replication_role = replica")
        connection.execute("update monitoring.positions set lease_until = lease_until - interval '10 minutes'")
    assert desk.row(1).is_unprotected is is_unprotected

    assert desk.client.health().without_stop_loss == is_unprotected

    printed = desk.run("status")
    assert f"{int(is_unprotected)} unprotected" in printed.out
    (line, *_) = [*re.findall(r"^ +1 .*METUSDT .*$", printed.out, re.MULTILINE), ""]
    assert bool(re.search(r" none( |$)", re.sub("-[0-9]+[a-z]", "", line))) is is_unprotected

    with psycopg.connect(desk.superuser, autocommit=True) as connection:
        collector = BookCollector(lambda: connection, (psycopg.Error,), timedelta(minutes=5))
        metrics = {metric.name: metric.samples for metric in collector.collect()}
    (sample,) = metrics["tradelatch_unprotected_positions"]
    assert sample.value == is_unprotected

    said = [
        each
        for each in desk.json("diagnose")["findings"]
        if (each["check_name"] == "no_stop_loss" and each["severity"] == "critical")
        or each["detail"].get("is_unprotected")
    ]
    assert [(each["position_id"], each["severity"]) for each in said] == ([(1, "critical")] if is_unprotected else [])
