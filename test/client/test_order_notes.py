"""What a handle notes of its orders, without a database."""

import time
from decimal import Decimal

import pytest
from tradelatch.core.order_notes import GRACE, OrderNotes, may_be_unsent

E1, S1, S2, C1 = (f"tl{'0' * 22}{name}" for name in ("e1", "s1", "s2", "c1"))
MOVES = ("confirm_entry", "activate_position", "resize_position", "confirm_close", "confirm_flat", "confirm_orders")


@pytest.fixture
def notes():
    return OrderNotes()


@pytest.fixture
def passes(monkeypatch):
    """`passes(5)`: so many seconds later."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def passes(seconds):
        now[0] += seconds

    return passes


def test_what_ended_is_said_once(notes):
    notes.end(S1, "id:7")
    assert notes.to_say("confirm_orders", None) == [S1, "id:7"]
    notes.said([S1, "tp"], left=())
    assert notes.to_say("confirm_orders", None) == ["id:7"]


def test_what_is_left_all_the_same_is_said_again(notes):
    notes.end(S1, "tp")
    notes.said([S1, "tp"], left=["tp", S2])
    assert notes.to_say("confirm_close", None) == ["tp"]


def test_an_order_that_is_tried_again_has_not_ended(notes):
    notes.give(S1)
    notes.end(S1)
    notes.give(S1)
    assert notes.to_say("confirm_orders", None) == []
    assert notes.stop_loss == S1


def test_the_end_of_an_entry_is_said_by_calls_that_say_what_is_open(notes):
    notes.end(E1)
    said = [move for move in MOVES if notes.to_say(move, Decimal(4)) == [E1]]
    assert said == ["resize_position", "confirm_close", "confirm_flat"]


@pytest.mark.parametrize(("filled", "is_said"), [(3, False), (4, True), (Decimal("4.5"), True), (None, False)])
def test_confirm_entry_says_it_with_all_that_was_filled(notes, filled, is_said):
    notes.end(E1, filled=Decimal(4))
    notes.end(E1)  # as a cancel that came late says it, which tells of no fill
    assert notes.to_say("confirm_entry", filled) == ([E1] if is_said else [])
    assert notes.to_say("activate_position", filled) == []


def test_the_stop_loss_is_the_latest_that_was_given_out(notes):
    assert notes.stop_loss is None
    notes.give(E1)
    assert notes.stop_loss is None
    notes.give(S1)
    notes.give(S2)
    notes.give(C1)
    assert notes.stop_loss == S2
    notes.end(S2)
    assert notes.stop_loss == S1
    assert notes.is_given(S2)  # it is looked up before it is sent again


def test_what_is_unknown_may_be_on_its_way(notes, passes):
    notes.give(S1)
    passes(GRACE - 0.1)
    notes.miss(S1, S2)
    assert notes.to_say("confirm_orders", None) == [S2]  # nobody was ever given it
    passes(0.1)
    notes.miss(S1)
    assert notes.to_say("confirm_orders", None) == [S2, S1]


def test_what_is_unknown_after_it_arrived_has_ended(notes, passes):
    notes.give(S1)
    notes.place(S1)
    notes.miss(S1)
    assert notes.to_say("confirm_orders", None) == [S1]


@pytest.mark.parametrize(
    ("move", "parameters"),
    [
        ("place_entry", {}),
        ("confirm_entry", {}),
        ("activate_position", {"client_order_id": S1}),
        ("confirm_orders", {"orders_placed": [E1, S1]}),
    ],
)
def test_a_call_says_what_arrived(notes, passes, move, parameters):
    notes.give(E1)
    notes.give(S1)
    notes.arrived(move, parameters)
    notes.miss(E1, S1)
    arrived = {"activate_position": [S1], "confirm_orders": [E1, S1]}.get(move, [E1])
    assert notes.to_say("confirm_close", None) == arrived


def test_ones_own_order_is_told_before_it_is_sent(notes, passes):
    notes.arrived("confirm_orders", {"orders_placed": ["tp"]})
    notes.miss("tp")
    assert notes.to_say("confirm_orders", None) == []
    notes.arrived("confirm_orders", {"orders_placed": ["tp"]})
    notes.miss("tp")
    assert notes.to_say("confirm_orders", None) == ["tp"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (E1, False),
        (f"{S1}2", False),
        ("id:7", False),
        ("id:\n", False),
        ("tp", True),
        (f"x{S1}", True),
        (f"{C1}x", True),
    ],
)
def test_whose_name_it_is(name, expected):
    assert may_be_unsent(name) is expected
