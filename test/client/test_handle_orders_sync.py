# Generated from test_handle_orders_async.py by client/async_to_sync.py: change that file, not this one.
# ruff: noqa: PT012 (the block is what is tested)
"""What a handle says of its orders: those that it gave out, those that ended, and those that nobody was ever given."""

import time
from decimal import Decimal

import pytest
from tradelatch import (
    Client,
    IllegalTransition,
    InvalidArgument,
    OpeningIncomplete,
    OutcomeUnknown,
    RequestMismatch,
    StaleFence,
    Unavailable,
)

from .conftest import hurried

STOP = Decimal("3.29")


class Boom(Exception):
    """What goes wrong in a block."""


def left(client, position):
    """Names of the orders left, without the key that they begin with."""
    (row,) = client.positions(position.position_id)
    return [name.removeprefix(row.order_key) for name in row.orders_left]


def test_a_stop_loss_that_was_never_read_is_superseded_without_a_trace(database, apt):
    with Client(database) as client, client.opening(**apt, stop_loss_percent=2) as position:
        position.confirm_entry(20)
        position.confirm_entry(40)
        order = position.next_order
        assert (order.quantity, order.cancels) == (40, ())
        assert left(client, position) == ["e1", order.client_order_id[24:]]
        position.detach()


@pytest.mark.parametrize("reading", ["next_order", "receipt", "returned"])
def test_a_stop_loss_that_was_read_is_cancelled(database, apt, reading):
    with Client(database) as client:
        with client.opening(**apt, stop_loss_percent=2) as position:
            returned = position.confirm_entry(20)
            receipts = {"next_order": position, "receipt": position.receipt, "returned": returned}
            first = receipts[reading].next_order
            position.confirm_entry(apt["quantity"])
            second = position.next_order
            assert second.cancels == position.cancels == (first.client_order_id,)
            position.note_ended(first.client_order_id)
            position.activate(second.price)
        assert left(client, position) == [second.client_order_id[24:]]


def test_a_receipt_of_a_handle_is_a_receipt(database, apt):
    with Client(database) as client, client.opening(**apt) as position:
        returned = position.place_entry("53190368")
        told = client.renew_lease(position.position_id, position.fence)
        assert returned == type(told)(**{**vars(told), **{k: v for k, v in vars(returned).items() if k in vars(told)}})
        assert returned != told
        assert hash(returned) == hash(position.receipt)
        assert (returned == position.receipt, returned == "receipt") == (True, False)
        position.detach()


def test_the_stop_loss_that_was_given_out_is_the_one_that_stands(database, admin, apt):
    """The fill grew while it was on its way: another one is due, and was not sent yet."""
    with Client(database) as client:
        with client.opening(**apt, stop_loss_percent=2) as position:
            position.confirm_entry(20)
            first = position.next_order
            position.confirm_entry(apt["quantity"])
            position.activate(first.price, stop_loss_order_id="7")
            assert position.status == "pending_sl"
            second = position.next_order
            assert (second.quantity, second.cancels) == (apt["quantity"], (first.client_order_id,))
            position.activate(second.price, stop_loss_order_id="8", orders_ended=["id:7"])
            assert position.status == "active"
        assert left(client, position) == [second.client_order_id[24:]]


def test_no_stop_loss_was_called_for(database, apt):
    with Client(database) as client, client.opening(**apt) as position:
        with pytest.raises(InvalidArgument, match="calls for no stop-loss"):
            position.activate(STOP)
        position.detach()


def test_the_entry_has_ended_when_all_that_it_filled_is_said(database, apt):
    with Client(database) as client, client.opening(**apt) as position:
        entry = position.next_order.client_order_id
        position.note_ended(entry, filled=Decimal(20))
        position.confirm_entry(10)  # what a stream said before
        assert left(client, position) == ["e1", "s1"]
        position.confirm_entry(20)
        assert "e1" not in left(client, position)
        position.detach()


def test_what_is_noted_waits_for_a_call_that_can_say_it(database, apt):
    with Client(database) as client:
        with client.opening(**apt) as position:
            entry = position.next_order.client_order_id
            position.confirm_entry(20)
            stop = position.next_order.client_order_id
            position.activate(STOP)
            position.begin_close("target")
            assert position.cancels == (entry,)
            position.note_ended(entry, stop)
            position.confirm_orders()  # whether the entry filled at its end, this call cannot tell
            assert left(client, position) == ["e1", "c1"]
        position.confirm_close("target")
        assert position.status == "closed"


def test_a_stop_loss_that_may_be_on_its_way_is_left(database, apt, monkeypatch):
    """The exchange does not know it, seconds after it was given out."""
    with Client(database) as client:
        with pytest.raises(OpeningIncomplete) as caught, client.opening(**apt) as position:
            position.confirm_entry(apt["quantity"])
            stop = position.next_order.client_order_id
        assert caught.value.cancels == (stop,)
        position.note_missing(*position.cancels)
        position.confirm_flat()
        assert (position.status, position.cancels) == ("pending_cancels", (stop,))
        now = time.monotonic()
        monkeypatch.setattr("tradelatch.core.order_notes.time.monotonic", lambda: now + 5)
        position.note_missing(*position.cancels)
        position.confirm_orders()
        assert (position.status, position.cancels) == ("rolled_back", ())


@pytest.mark.parametrize("error", [Boom, None])
def test_a_position_that_waits_for_its_cancels_is_left_alone(database, admin, apt, error):
    """A stream handler says that nothing is open any more, while the opening places its stop-loss."""
    with Client(database) as client:
        with pytest.raises(error or OpeningIncomplete) as caught, client.opening(**apt) as position:
            position.confirm_entry(apt["quantity"])
            stop = position.next_order.client_order_id
            client.confirm_close(position.position_id, "liquidated")
            if error:
                raise error
        assert admin.events(position.position_id)[2:] == ["confirm_close"]
        assert (position.status, position.next_order, position.cancels) == ("pending_cancels", None, (stop,))
        assert not hasattr(caught.value, "__notes__")
        if error is None:
            assert (caught.value.status, caught.value.cancels) == ("pending_cancels", (stop,))
        position.note_ended(stop)
        position.confirm_orders()
        assert (position.status, position.cancels) == ("closed", ())


def test_after_a_refusal_only_what_is_left_of_it_is_cancelled(database, apt):
    with Client(database) as client, client.opening(**apt) as position:
        position.confirm_entry(apt["quantity"])
        stop = position.next_order.client_order_id
        with pytest.raises(IllegalTransition):
            position.cancel("test")
        assert (position.status, position.cancels, position.next_order) == ("pending_sl", (), None)
        client.confirm_close(position.position_id, "liquidated")
        with pytest.raises(IllegalTransition):
            position.replace_stop_loss(3)
        assert (position.status, position.cancels, position.next_order) == ("pending_cancels", (stop,), None)
        client.confirm_orders(position.position_id, orders_ended=[stop], fence=position.fence)
        with pytest.raises(IllegalTransition):
            position.replace_stop_loss(3)
        assert (position.status, position.cancels) == ("closed", ())


def test_a_late_driver_cancels_nothing(database, apt, age_leases):
    with Client(database) as client, client.opening(**apt) as position:
        position.confirm_entry(20)
        assert position.next_order
        position.confirm_entry(30)
        assert position.cancels
        age_leases("2 minutes")
        client.claim_stale()
        with pytest.raises(StaleFence):
            position.confirm_orders()
        assert (position.cancels, position.next_order) == ((), None)
        position.detach()


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("reissue_order", lambda position, order: position.reissue_order(order, "refused")),
        ("confirm_orders", lambda position, order: position.confirm_orders(orders_ended=[order])),
        ("confirm_close", lambda position, order: position.confirm_close("gone", orders_ended=[order])),
    ],
)
def test_an_order_that_may_have_been_called_ended_is_not_offered(proxy, apt, function, call):
    """The answer was lost: the book may call for another id, or the slot may be somebody else's."""
    with (
        Client(proxy.dsn) as client,
        client.opening(**apt, stop_loss_percent=2) as position,
    ):
        position.confirm_entry(apt["quantity"])
        first = position.next_order.client_order_id
        proxy.hold(function)
        with hurried(client), pytest.raises(Unavailable):
            call(position, first)
        assert position.next_order is None
        proxy.release()
        call(position, first)
        second = position.next_order
        assert second is None or second.client_order_id != first
        position.detach()


def test_an_order_is_not_offered_when_a_refusal_may_be_of_a_repetition(proxy, admin, apt):
    """The first try was done, and somebody with the same fence went on before the second."""
    with Client(proxy.dsn) as client, client.opening(**apt, stop_loss_percent=2) as position:
        position.confirm_entry(apt["quantity"])
        first = position.next_order.client_order_id

        def go_on(session, answer):
            admin(
                "select tradelatch.reissue_order(%s, %s, %s, 'refused')",
                position.position_id,
                position.fence,
                f"{first[:-1]}2",
            )
            session.cut()

        proxy.faults.append(("reissue_order", go_on))
        with pytest.raises(RequestMismatch):
            position.reissue_order(first, "refused")
        assert position.next_order is None
        position.confirm_orders()
        assert position.next_order.client_order_id == f"{first[:-1]}3"
        position.detach()


def test_what_ended_is_said_in_one_call(database, admin, apt):
    with Client(database) as client, client.opening(**apt, stop_loss_percent=2) as position:
        position.confirm_entry(20)
        stop = position.next_order.client_order_id
        position.confirm_entry(40)
        position.note_ended(stop)
        position.confirm_entry(50)
        position.confirm_entry(60)
        said = admin("select details -> 'orders_ended' from tradelatch.events order by event_id")
        assert [stop in (names or []) for names in said] == [False, False, False, True, False]
        position.detach()


def test_a_call_that_was_not_done_takes_no_order_away(database, apt):
    with Client(database) as client, client.opening(**apt, stop_loss_percent=2) as position:
        position.confirm_entry(apt["quantity"], average_price=Decimal("3.2333"))
        order = position.next_order
        with pytest.raises(InvalidArgument, match="must be above"):
            position.activate(1)  # on the wrong side of the fill
        assert position.next_order == order
        with pytest.raises(InvalidArgument, match="orders_ended"):
            position.activate(STOP, orders_ended="s1")
        assert position.next_order == order
        position.detach()


def test_ones_own_order_is_told_before_it_is_sent(database, apt):
    with Client(database) as client:
        with client.opening(**apt) as position:
            position.confirm_entry(apt["quantity"])
            assert position.next_order
            position.activate(STOP)
        position.confirm_orders(orders_placed=["tp"])
        position.begin_close("target")
        assert position.cancels == ("tp",)
        position.note_missing("tp")  # it may be on its way
        position.confirm_orders()
        assert position.cancels == ("tp",)
        position.confirm_orders(orders_placed=["tp"])
        position.note_missing("tp")
        position.confirm_orders()
        assert position.cancels == ()


def test_that_ones_own_order_is_about_to_be_sent_is_not_said_twice(proxy, admin, apt):
    """Said again it has arrived, and whoever does not see it may call it ended."""
    with Client(proxy.dsn) as client:
        with client.opening(**apt) as position:
            position.confirm_entry(apt["quantity"])
            position.activate(STOP)
        proxy.lose("confirm_orders")
        with pytest.raises(OutcomeUnknown):
            position.confirm_orders(orders_placed=["tp"])
        by_kind = {order.kind: order for order in client.orders(position.position_id)}
        assert (by_kind["own"].name, by_kind["own"].in_hand_until is None) == ("tp", False)
        proxy.lose("confirm_orders")
        with pytest.raises(OutcomeUnknown):
            client.confirm_orders(position.position_id, orders_placed=["dca"])
        assert admin.events(position.position_id)[3:] == ["confirm_orders", "confirm_orders"]
        proxy.lose("confirm_orders")  # an order of the book is told as often as you like
        assert (position.confirm_orders(orders_placed=[by_kind["stop_loss"].name])).outcome == "replayed"
        assert not proxy.faults
