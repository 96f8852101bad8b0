"""Two clocks, both of which must allow an order."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tradelatch import Receipt
from tradelatch.core.lease import Clock, Lease

NOON = datetime(2025, 10, 22, 12, tzinfo=UTC)


@pytest.fixture
def clocks(monkeypatch):
    """This machine's clocks, in seconds since noon: `wall` and `monotonic`."""

    class Clocks(datetime):
        wall = 0.0
        monotonic = 0.0

        @classmethod
        def now(cls, zone):
            return NOON.astimezone(zone) + timedelta(seconds=cls.wall)

    monkeypatch.setattr("tradelatch.core.lease.datetime", Clocks)
    monkeypatch.setattr(time, "monotonic", lambda: Clocks.monotonic)
    return Clocks


def receipt(until, fence=1, answered=0):
    return Receipt(
        outcome="ok",
        position_id=1,
        status="pending_entry",
        fence=fence,
        lease_until=None if until is None else NOON + timedelta(seconds=until),
        exchange="binance",
        account="default",
        symbol="APTUSDT",
        position_side="both",
        next_order=None,
        cancels=(),
        answered_at=NOON + timedelta(seconds=answered),
    )


@pytest.mark.parametrize(
    ("wall", "monotonic", "lasts"),
    [
        (0, 0, True),
        (59, 59, True),
        (60, 59, False),  # suspended: only the wall clock went on
        (59, 60, False),  # set back: only the monotonic clock went on
        (-3600, 61, False),
        (3600, 1, False),
    ],
)
def test_both_clocks(clocks, wall, monotonic, lasts):
    lease = Lease()
    lease.learn(receipt(60), 0.0)
    clocks.wall, clocks.monotonic = wall, monotonic
    assert lease.lasts(Clock()) is lasts


@pytest.mark.parametrize(
    ("wall", "monotonic", "left"),
    [(0, 0, 60), (59, 59, 1), (60, 59, 0), (59, 60, 0), (-3600, 61, 0), (3600, 1, 0), (0, 45, 15), (50, 45, 10)],
)
def test_a_receipt_keeps_time_by_both_clocks_too(clocks, wall, monotonic, left):
    kept = receipt(60).keep_time(Clock(), 0.0)
    clocks.wall, clocks.monotonic = wall, monotonic
    assert kept.lease_left() == left
    assert replace(kept, outcome="replayed").lease_left() == left


def test_a_receipt_counts_from_when_its_call_began(clocks):
    clocks.wall, clocks.monotonic = -3600, 5  # this machine's clock was set back since it was compared
    assert receipt(60).keep_time(Clock(), 0.0).lease_left() == 55


def test_a_receipt_of_a_move_counts_what_was_left_when_it_was_answered(clocks):
    clocks.wall = clocks.monotonic = 45  # the lease was given at 0, and the move asked for none
    kept = receipt(60, answered=45).keep_time(Clock(), 45.0)
    assert kept.lease_left() == 15
    clocks.wall, clocks.monotonic = 0, 60  # this machine's clock was set back
    assert kept.lease_left() == 0


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_receipt_is_judged_by_the_databases_clock(clocks, skew):
    clocks.wall = skew
    clock = Clock.compared(clocks.now(UTC), NOON)
    assert receipt(60).keep_time(clock, 0.0).lease_left() == 60


def test_a_receipt_without_a_lease_or_of_nobodys_call_sends_nothing(clocks):
    assert receipt(None, fence=None).keep_time(Clock(), 0.0).lease_left() == 0
    assert receipt(60).lease_left() == 0


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_the_databases_clock_counts(clocks, skew):
    clocks.wall = skew
    clock = Clock.compared(clocks.now(UTC), NOON)
    lease = Lease()
    lease.learn(receipt(60), 0.0)
    assert lease.lasts(clock)
    clocks.wall = skew + 60
    assert not lease.lasts(clock)


def test_a_slow_answer_about_the_clock_is_taken_at_its_latest(clocks):
    asked_at = clocks.now(UTC)
    clocks.wall = 3.0
    clock = Clock.compared(asked_at, NOON + timedelta(seconds=2))
    assert clock.now() == NOON + timedelta(seconds=5)  # truly between 2 and 5


def test_renewal(clocks):
    lease = Lease()
    assert not lease.lasts(Clock())
    lease.learn(receipt(60), 0.0)
    lease.learn(receipt(80, answered=20), 20.0)
    clocks.wall = clocks.monotonic = 79
    assert lease.lasts(Clock())
    clocks.wall = clocks.monotonic = 80
    assert not lease.lasts(Clock())


@pytest.mark.parametrize(
    "late",
    [
        receipt(60),  # an answer that was overtaken
        receipt(40),
        receipt(500, fence=0),
        receipt(None, fence=None),
    ],
)
def test_what_is_known_never_falls(clocks, late):
    lease = Lease()
    lease.learn(receipt(80, answered=20), 20.0)
    lease.learn(late, 70.0)
    assert (lease.fence, lease.until) == (1, NOON + timedelta(seconds=80))
    clocks.monotonic = 80
    assert not lease.lasts(Clock())


def test_a_move_without_a_lease_lengthens_nothing(clocks):
    lease = Lease()
    lease.learn(receipt(60), 0.0)
    lease.learn(receipt(60, answered=50), 50.0)
    clocks.monotonic = 60
    assert not lease.lasts(Clock())


def test_lost_and_given_again(clocks):
    lease = Lease()
    lease.learn(receipt(60), 0.0)
    lease.lose(0)
    assert lease.lasts(Clock())
    lease.lose(1)
    assert not lease.lasts(Clock())
    lease.learn(receipt(70), 1.0)
    assert not lease.lasts(Clock())
    lease.learn(receipt(60, fence=2), 1.0)
    assert lease.lasts(Clock())
    assert lease.fence == 2
