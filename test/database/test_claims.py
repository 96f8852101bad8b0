"""Positions whose driver is gone: each is claimed once, and the former driver learns it."""

from collections import Counter
from threading import Barrier
from uuid import uuid4

import psycopg
import pytest

from .conftest import order_of


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


def test_20_callers_claim_30_positions_once_each(admin, connect, crowd, age_leases) -> None:
    bot = connect()
    positions = [bot.create(symbol=f"S{number}") for number in range(30)]
    for number, position in enumerate(positions):
        age_leases(f"{120 + number} seconds", position.position_id)
    bots, start = crowd(20), Barrier(20)

    def claim(session):
        start.wait()
        return session.calls("claim_stale", account=admin.account)

    running = [bots.start(claim) for _ in range(20)]
    claims = [each.result() for each in running]
    assert max(map(len, claims)) <= 10
    receipts = [receipt for claim in claims for receipt in claim]
    assert {receipt.outcome for receipt in receipts} == {"claimed"}
    assert sorted(receipt.position_id for receipt in receipts) == sorted(position.position_id for position in positions)
    former = {position.position_id: position.fence for position in positions}
    assert all(receipt.fence > former[receipt.position_id] for receipt in receipts)
    assert len({receipt.fence for receipt in receipts}) == 30
    logged = [event for position in positions for event in admin.events(position.position_id)]
    assert Counter(logged) == {"create_position": 30, "claim_stale": 30}
    assert bot.calls("claim_stale", account=admin.account) == []


def test_the_oldest_lease_comes_first_and_active_ones_never(admin, connect, age_leases) -> None:
    bot = connect()
    positions = [bot.create(symbol=f"S{number}") for number in range(4)]
    bot.call("confirm_entry", **driven(positions[0]), filled_quantity=100)
    s1 = order_of(positions[0], "s1")
    bot.call("activate_position", **driven(positions[0]), stop_loss_price=4, client_order_id=s1)
    for number, position in enumerate(positions):
        age_leases(f"{150 - number} seconds" if number != 3 else "10 minutes", position.position_id)
    claimed = bot.calls("claim_stale", account=admin.account, max_positions=2)
    assert [receipt.position_id for receipt in claimed] == [positions[3].position_id, positions[1].position_id]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("confirm_entry", {"filled_quantity": 1}),
        ("place_entry", {"exchange_order_id": "1"}),
        ("cancel_position", {"reason": "x"}),
        ("rollback_position", {"reason": "x"}),
        ("renew_lease", {}),
    ],
)
def test_the_driver_calls_while_it_is_claimed(function, arguments, admin, connect, age_leases) -> None:
    driver, claimer = connect(), connect()
    position = driver.create()
    age_leases("2 minutes", position.position_id)
    claimer("begin")
    (claimed,) = claimer.calls("claim_stale", account=admin.account)
    running = driver.start(function, **driven(position), **arguments)
    admin.until_waiting(driver)
    claimer("commit")
    assert running.answer() == "TL003"
    row = admin.book(position.position_id)
    assert (row.status, row.fence) == ("pending_entry", claimed.fence)
    assert admin.events(position.position_id) == ["create_position", "claim_stale"]


def test_the_claimer_goes_away_before_its_commit(admin, connect, age_leases) -> None:
    driver, claimer = connect(), connect()
    position = driver.create()
    age_leases("2 minutes", position.position_id)
    claimer("begin")
    claimer.calls("claim_stale", account=admin.account)
    running = driver.start("renew_lease", **driven(position))
    admin.until_waiting(driver)
    admin.terminate(claimer)
    assert running.answer() == "ok"
    assert admin.events(position.position_id) == ["create_position"]


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
def test_it_is_claimed_while_the_driver_calls(level, admin, connect, age_leases) -> None:
    """What the driver holds is skipped; what it renewed since the claimer's snapshot is not taken from it."""
    driver, claimer = connect(), connect()
    position = driver.create()
    age_leases("2 minutes", position.position_id)
    claimer(f"begin isolation level {level}")
    claimer("select tradelatch.schema_version()")
    driver("begin")
    assert driver.answer("renew_lease", **driven(position)) == "ok"
    assert claimer.calls("claim_stale", account=admin.account) == []
    driver("commit")
    if level == "read committed":
        assert claimer.calls("claim_stale", account=admin.account) == []
    else:
        with pytest.raises(psycopg.errors.SerializationFailure):
            claimer.calls("claim_stale", account=admin.account)
    claimer("rollback")
    assert admin.book(position.position_id).fence == position.fence
    assert driver.answer("place_entry", **driven(position), exchange_order_id="1") == "ok"


def test_every_call_of_the_former_driver_is_refused(admin, connect, age_leases) -> None:
    driver, claimer = connect(), connect()
    opening = {"request_id": "signal:1", "attempt": uuid4()}
    position = driver.create(**opening)
    driver.call("confirm_entry", **driven(position), filled_quantity=61)
    age_leases("2 minutes", position.position_id)
    (claimed,) = claimer.calls("claim_stale", account=admin.account)
    assert (claimed.outcome, claimed.status, claimed.order_kind) == ("claimed", "pending_sl", "stop_loss")
    calls = [
        ("place_entry", {"exchange_order_id": "1"}),
        ("confirm_entry", {"filled_quantity": 61}),
        ("confirm_entry", {"filled_quantity": 62}),
        ("activate_position", {"stop_loss_price": 4, "client_order_id": order_of(position, "s1")}),
        ("cancel_position", {"reason": "x"}),
        ("fail_position", {"reason": "x"}),
        ("rollback_position", {"reason": "x"}),
        ("confirm_flat", {}),
        ("begin_close", {"reason": "x"}),
        ("confirm_close", {"reason": "x"}),
        ("confirm_orders", {"orders_ended": [order_of(position, "s1")]}),
        ("replace_stop_loss", {"stop_loss_price": 4}),
        ("resize_position", {"quantity": 4, "reason": "x"}),
        ("reissue_order", {"client_order_id": claimed.order_client_order_id, "reason": "x"}),
        ("renew_lease", {}),
    ]
    answers = [(function, driver.answer(function, **driven(position), **arguments)) for function, arguments in calls]
    assert answers == [(function, "TL003") for function, _ in calls]
    assert admin.book(position.position_id).fence == claimed.fence
    replayed = driver.create(**opening)
    assert (replayed.outcome, replayed.position_id) == ("replayed", position.position_id)
    assert (replayed.fence, replayed.lease_until, replayed.order_kind, replayed.order_cancels) == (None,) * 4
