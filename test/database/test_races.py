"""Two calls for one position: each order of them, with the second waiting for the first."""

from collections import Counter
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest

from .conftest import order_of

STOP_LOSS = {"stop_loss_price": Decimal("3.29"), "stop_loss_order_id": "stop-1"}


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


def stop_loss(receipt) -> dict:
    """The arguments with which the stop-loss of an entry that filled at once is confirmed."""
    return driven(receipt) | STOP_LOSS | {"client_order_id": order_of(receipt, "s1")}


@pytest.fixture
def opened(connect):
    """`opened("pending_sl")` is a position that stands there."""
    bot = connect()

    def opened(status: str):
        position = bot.create()
        if status != "pending_entry":
            bot.call("place_entry", **driven(position), exchange_order_id=f"entry-{position.position_id}")
        if status in ("pending_sl", "active"):
            bot.call("confirm_entry", **driven(position), filled_quantity=Decimal("61.8"))
        if status == "active":
            bot.call("activate_position", **stop_loss(position))
        return position

    return opened


@pytest.fixture
def in_turn(admin, connect):
    """`in_turn(call, other)` makes the second call wait for the first, and gives both receipts or SQLSTATEs."""

    def in_turn(first: tuple, second: tuple) -> tuple:
        one, two = connect(), connect()
        one("begin")
        answer = one.answer(first[0], **first[1])
        running = two.start(second[0], **second[1])
        admin.until_waiting(two)
        one("commit")
        return answer, running.answer()

    return in_turn


def test_a_fill_and_a_rollback(opened, in_turn, admin, connect) -> None:
    for order in (1, -1):
        position = opened("entry_placed")
        calls = [
            ("confirm_entry", {**driven(position), "filled_quantity": Decimal("20.5"), "average_price": 3}),
            ("rollback_position", {**driven(position), "reason": "no stop-loss"}),
        ][::order]
        assert in_turn(*calls) == ("ok", "ok")
        row = admin.book(position.position_id)
        assert (row.status, row.filled_quantity, row.open_quantity) == (
            "pending_rollback",
            Decimal("20.5"),
            Decimal("20.5"),
        )
        order_due = connect().call("renew_lease", **driven(position))
        assert (order_due.order_kind, order_due.order_side, order_due.order_reduce_only) == ("close", "buy", True)
        assert order_due.order_quantity == Decimal("61.8")  # the entry may still fill
        flat = connect().call("confirm_flat", **driven(position), orders_ended=[order_of(position, "s1")])
        assert flat.status == "rolled_back"


def test_a_fill_and_a_cancel(opened, in_turn, admin, connect) -> None:
    fill, cancel = ("confirm_entry", {"filled_quantity": 1}), ("cancel_position", {"reason": "rejected"})
    for first, second, status in ((fill, cancel, "pending_sl"), (cancel, fill, "canceled")):
        position = opened("entry_placed")
        calls = [(function, driven(position) | arguments) for function, arguments in (first, second)]
        assert in_turn(*calls) == ("ok", "TL002")
        assert admin.book(position.position_id).status == status
        if status == "pending_sl":
            ended = [order_of(position, name) for name in ("e1", "s1")]
            over = connect().call("confirm_close", **driven(position), reason="over", orders_ended=ended)
            assert over.status == "closed"


def test_a_stop_loss_and_an_exit_by_the_driver(opened, in_turn, admin, connect) -> None:
    """Whichever comes first, the stop-loss stands on the exchange, and is left until it ended."""
    for order in (1, -1):
        position = opened("pending_sl")
        s1 = order_of(position, "s1")
        calls = [
            ("activate_position", stop_loss(position)),
            ("begin_close", driven(position) | {"reason": "take profit"}),
        ][::order]
        assert in_turn(*calls) == ("ok", "ok")
        row = admin.book(position.position_id)
        assert (row.status, row.close_attempt, row.orders_arrived) == ("pending_close", 1, [s1])
        over = connect().call("confirm_close", **driven(position), reason="over", orders_ended=[s1])
        assert over.status == "closed"


def test_a_stop_loss_and_an_exit_by_somebody_else(opened, in_turn, admin, connect) -> None:
    """While it has no stop-loss its driver may be sending one; as soon as it is active anybody may close it."""
    for first, answers, status in (
        ("activate", ("ok", "ok"), "pending_close"),
        ("close", ("existing", "ok"), "active"),
    ):
        position = opened("pending_sl")
        activate = ("activate_position", stop_loss(position))
        close = ("begin_close", {"position_id": position.position_id, "reason": "take profit"})
        assert in_turn(*((activate, close) if first == "activate" else (close, activate))) == answers
        row = admin.book(position.position_id)
        assert row.status == status
        assert (row.fence > position.fence) == (status == "pending_close")
        driver = {"position_id": position.position_id, "fence": row.fence}
        s1 = order_of(position, "s1")
        assert connect().call("confirm_close", **driver, reason="over", orders_ended=[s1]).status == "closed"


def test_two_exits(opened, in_turn, admin) -> None:
    position = opened("active")
    calls = [("begin_close", {"position_id": position.position_id, "reason": reason}) for reason in ("one", "two")]
    assert in_turn(*calls) == ("ok", "existing")
    assert admin.book(position.position_id).exit_reason == "one"


def test_twenty_exits(opened, admin, crowd) -> None:
    position = opened("active")
    bots, start = crowd(20), Barrier(20)

    def close(session):
        start.wait()
        return session.call("begin_close", position_id=position.position_id, reason="signal", attempt=uuid4())

    running = [bots.start(close) for _ in range(20)]
    receipts = [each.result() for each in running]
    assert Counter(receipt.outcome for receipt in receipts) == {"ok": 1, "existing": 19}
    assert [receipt.order_kind for receipt in receipts if receipt.order_kind] == ["close"]
    assert [receipt.outcome for receipt in receipts if receipt.fence] == ["ok"]
    assert admin.events(position.position_id).count("begin_close") == 1


def test_closed_by_us_and_by_the_exchange(opened, in_turn, admin) -> None:
    def close(reason: str) -> tuple:
        ended = {"exit_price": 3, "orders_ended": [order_of(position, "s1")]}
        return "confirm_close", {"position_id": position.position_id, "reason": reason, **ended}

    position = opened("active")
    assert in_turn(close("take profit"), close("stop-loss")) == ("ok", "TL002")
    assert admin.book(position.position_id).exit_reason == "take profit"
    position = opened("active")
    assert in_turn(close("stop-loss"), close("stop-loss")) == ("ok", "replayed")
    assert admin.events(position.position_id).count("confirm_close") == 1


def test_the_stop_loss_goes_while_it_is_moved(opened, in_turn, admin) -> None:
    position = opened("active")
    gone = ("update_stop_loss", {"position_id": position.position_id, "stop_loss_price": None})
    moved = ("update_stop_loss", {"position_id": position.position_id, "stop_loss_price": Decimal("3.25")})
    assert in_turn(gone, moved) == ("ok", "TL002")
    assert admin.book(position.position_id).status == "pending_sl"


def test_a_slot_is_free_as_soon_as_the_close_is_committed(opened, admin, connect) -> None:
    position = opened("active")
    one, two = connect(), connect()
    one("begin")
    s1 = order_of(position, "s1")
    one.call("confirm_close", position_id=position.position_id, reason="stop-loss", orders_ended=[s1])
    running = two.start_create()
    admin.until_waiting(two)
    one("commit")
    assert running.answer() == "created"
    assert running.receipt().fence > position.fence


def test_a_slot_is_taken_while_an_order_of_the_closed_position_is_left(opened, admin, connect) -> None:
    position = opened("active")
    one, two = connect(), connect()
    one("begin")
    left = one.call("confirm_close", position_id=position.position_id, reason="closed by hand")
    assert (left.status, left.order_cancels) == ("pending_cancels", [order_of(position, "s1")])
    running = two.start_create()
    admin.until_waiting(two)
    one("commit")
    assert running.answer() == "existing"
    # Its end frees the slot, for whoever waits meanwhile.
    one("begin")
    ended = {"position_id": position.position_id, "orders_ended": left.order_cancels}
    assert one.call("confirm_orders", **ended).status == "closed"
    running = two.start_create()
    admin.until_waiting(two)
    one("commit")
    assert running.answer() == "created"
